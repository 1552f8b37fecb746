/** `title` is a publisher's text, isolated from the text around it. */
export const card = {
  dismiss: (title: string) => `Dismiss ${title}`,
  times: (count: number) => `${count} times`,
};

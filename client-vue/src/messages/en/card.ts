/** `title` is a publisher's text, isolated from surrounding text. */
export const card = {
  dismiss: (title: string) => `Dismiss ${title}`,
  times: (count: number) => `${count} times`,
};

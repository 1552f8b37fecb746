/** `title` is a publisher's text in Unicode bidi isolates. */
export const card = {
  dismiss: (title: string) => `Dismiss ${title}`,
  times: (count: number) => `${count} times`,
};

/** What the server has written into the document. */

/** The content of a `<meta>` element; an empty text when there is none. */
export const metaContent = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content ?? '';

/** Narrows a part to the kind that is there already. @throws Error for a kind that the app makes. */
export function brought<T extends { readonly kind: string }>(part: T): Extract<T, { kind: 'external' }> {
  if (part.kind !== 'external') throw new Error(`A part of the kind "${part.kind}" is not built yet.`);
  return part as Extract<T, { kind: 'external' }>;
}

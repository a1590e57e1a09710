/**
 * The words of one place in both languages: text, functions of figures and names, and groups of such.
 *
 * @param same - keys whose words are the same in both, such as `train.loss`; a test wants all others to differ
 */
export function wordsIn<T extends object>(
  en: T,
  es: NoInfer<T>,
  same: readonly string[] = [],
): { readonly en: T; readonly es: T; readonly same: readonly string[] } {
  return { en, es, same }
}

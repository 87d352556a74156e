/** A token key as a person types it: 25 letters and digits of Crockford's alphabet in groups of five. */

const LENGTH = 25;
const GROUP = 5;
const PREFIX = 'TTK';
const ALPHABET = /[0-9A-HJKMNP-TV-Z]/;

/**
 * The letters of a code in any spelling, a whole link included; O is 0, I and L are 1.
 *
 * Whoever types what is printed types its prefix, too, behind the one that the field wrote by itself. A code
 * may begin with the letters of the prefix, so they are one only before a dash, or where the code is too long.
 */
export function lettersOf(text: string): string {
  const code = text.slice(text.lastIndexOf('#') + 1).toUpperCase();
  const bare = code.replace(/^(\s*TTK[\s-]+)+/, '');
  const letters = Array.from(bare.replaceAll('O', '0').replace(/[IL]/g, '1')).filter((letter) => ALPHABET.test(letter));
  const isPrefixed = letters.length > LENGTH && letters.slice(0, PREFIX.length).join('') === PREFIX;
  return letters.slice(isPrefixed ? PREFIX.length : 0, isPrefixed ? PREFIX.length + LENGTH : LENGTH).join('');
}

/** TTK-7H2W4-QK9D3-… */
export function spell(letters: string): string {
  const groups = letters.match(new RegExp(`.{1,${GROUP.toString()}}`, 'g')) ?? [];
  return groups.length === 0 ? '' : `${PREFIX}-${groups.join('-')}`;
}

export const isWhole = (letters: string): boolean => letters.length === LENGTH;

export const hint = (letters: string): string =>
  isWhole(letters)
    ? 'All 25 characters are there.'
    : `${letters.length.toString()} of ${LENGTH.toString()} characters. Type or paste; O counts as 0, I and L count as 1.`;

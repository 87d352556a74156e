/** What the gateway takes at least; it has the last word. */
export const PASSWORD_LETTERS_MIN = 10;

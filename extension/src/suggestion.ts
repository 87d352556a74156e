// What becomes of a suggestion that stands in the editor, told from the edits that follow it.

export type Suggestion = {
  id: string;
  uri: string;
  /** What is still grey, and how much of the suggestion came before it. */
  rest: string;
  taken: number;
  /** Where the grey text begins. */
  offset: number;
};

export type Edit = { offset: number; replacedLength: number; text: string };

export type Fate =
  | { kind: 'standing'; suggestion: Suggestion }
  | { kind: 'partlyTaken'; suggestion: Suggestion; acceptedLength: number }
  /** All of it stands in the text; the editor's accept command says by which way. */
  | { kind: 'complete' }
  | { kind: 'rejected' };

/** Judges one edit. Taking a word and pasting it look alike; both took what was offered. */
export function afterEdit(suggestion: Suggestion, edit: Edit): Fate {
  const continues =
    edit.offset === suggestion.offset && edit.replacedLength === 0 && suggestion.rest.startsWith(edit.text);
  if (!continues) return { kind: 'rejected' };
  const length = edit.text.length;
  if (length === suggestion.rest.length) return { kind: 'complete' };
  const next: Suggestion = {
    ...suggestion,
    rest: suggestion.rest.slice(length),
    taken: suggestion.taken + length,
    offset: suggestion.offset + length,
  };
  // One character at a time is typing.
  return length > 1
    ? { kind: 'partlyTaken', suggestion: next, acceptedLength: next.taken }
    : { kind: 'standing', suggestion: next };
}

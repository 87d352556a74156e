// What the scripted model says.
import type { Script } from './upstream.ts';

/** What is to be written; the scripted model knows it as far as it was not typed yet. */
export const FUNCTION = 'fn add(a: i64, b: i64) -> i64 {\n    a + b\n}';
const CHARGE = 'let charge = cost.min(hold.amount);\n        self.post(hold, charge)';

const ANSWER = `Yes, as it stands. Both can read \`pending\` before either of them writes. Make the **state change itself** the guard:

\`\`\`rust
let settled = tx.execute(RESOLVE_PENDING, [hold])?;
if settled == 0 {
    return Ok(Receipt::of(hold)); // somebody was first
}
\`\`\`

The second node then finds nothing to do:

- it reads the row that is there,
- it answers with the receipt that exists.
`;

const LONG_ANSWER = Array.from({ length: 60 }, (_, line) => `${line + 1}. One more reason to go on and on.`).join('\n');

const HOSTILE_ANSWER = `<img src="https://example.org/pixel.png" onerror="document.title='broken'">
![a picture](https://example.org/pixel.png) [a link](javascript:document.title='broken')
<script>document.title='broken'</script> The end.`;

function rest(prompt: string): string {
  const typed = prompt.slice(prompt.lastIndexOf('\n') + 1).trimStart();
  const known = [FUNCTION, CHARGE].find((text) => typed !== '' && text.startsWith(typed));
  return known?.slice(typed.length) ?? '';
}

export const script: Script = {
  completion: rest,
  chat: (question) => {
    if (question.includes('at length')) return LONG_ANSWER;
    return question.includes('harm') ? HOSTILE_ANSWER : ANSWER;
  },
};

// A block of code in an answer gets its head: the language, Copy, Insert.
import { element, icon, iconButton } from './dom';

export type CodeActions = { copy: (text: string) => void; insert: (text: string) => void };

const COPIED_SHOWN_MS = 1_500;

export function withCodeHeads(content: DocumentFragment, actions: CodeActions): DocumentFragment {
  for (const pre of content.querySelectorAll('pre')) {
    const code = pre.querySelector('code');
    if (code === null) continue;
    const language = /language-(\S+)/.exec(code.className)?.[1] ?? 'text';
    const block = element('div', { class: 'codeblock', role: 'group', 'aria-label': `Code, ${language}` });
    pre.replaceWith(block);
    pre.tabIndex = 0;
    block.append(
      head(language, () => code.textContent.replace(/\n$/, ''), actions),
      pre,
    );
  }
  return content;
}

function head(language: string, code: () => string, actions: CodeActions): HTMLElement {
  const copy = iconButton('copy', 'Copy code', () => {
    actions.copy(code());
    copy.replaceChildren(icon('check'));
    copy.setAttribute('aria-label', 'Copied');
    setTimeout(() => {
      copy.replaceChildren(icon('copy'));
      copy.setAttribute('aria-label', 'Copy code');
    }, COPIED_SHOWN_MS);
  });
  const insert = iconButton('insert', 'Insert at cursor', () => actions.insert(code()));
  return element('header', {}, element('span', {}, language), copy, insert);
}

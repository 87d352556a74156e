// The usage page: draws what the host says, tells the host what the person chose.
import { element } from '../../chat/view/dom';
import { GROUPS, SPANS, type FromUsage, type Line, type Selection, type ToUsage } from '../messages';
import './usage.css';

declare function acquireVsCodeApi(): { postMessage: (message: FromUsage) => void };

const host = acquireVsCodeApi();

const GROUP_NAMES: Record<Selection['groupBy'], string> = {
  day: 'Day',
  model: 'Model',
  branch: 'Branch',
  repository: 'Repository',
  kind: 'Kind',
};
const SPAN_NAMES: Record<Selection['span'], string> = {
  1: 'Today',
  7: '7 days',
  30: '30 days',
  0: 'All that is kept',
};

const select = () => {
  const group = GROUPS.find((name) => name === groups.value) ?? 'day';
  const span = SPANS.find((days) => days.toString() === spans.value) ?? 30;
  host.postMessage({ type: 'select', groupBy: group, span });
};
const groups = element(
  'select',
  { id: 'group', change: select },
  ...GROUPS.map((name) => element('option', { value: name }, GROUP_NAMES[name])),
);
const spans = element(
  'select',
  { id: 'span', change: select },
  ...SPANS.map((days) => element('option', { value: days.toString() }, SPAN_NAMES[days])),
);
const sums = element('p', { class: 'sums', role: 'status' });
const body = element('div', {});
const main = element(
  'main',
  {},
  element('h1', {}, 'Usage of this editor'),
  element(
    'div',
    { class: 'choices' },
    element('label', { for: 'group' }, 'By'),
    groups,
    element('label', { for: 'span' }, 'Of'),
    spans,
  ),
  sums,
  body,
);
document.getElementById('usage')?.append(main);

const COLUMNS: [name: string, of: (line: Line) => string][] = [
  ['Requests', (line) => line.requests],
  ['Input', (line) => line.input],
  ['Cached', (line) => line.cached],
  ['Output', (line) => line.output],
  ['Accepted', (line) => line.accepted || '\u2013'],
];

const number = (text: string) => element('td', { class: 'n' }, text);

function rowOf(line: Line): HTMLTableRowElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row', title: line.key }, line.key),
    ...COLUMNS.map(([, of]) => number(of(line))),
    element('td', { class: 'n cost', title: line.exact }, line.cost),
  );
}

function tableOf(groupBy: Selection['groupBy'], rows: Line[], totals: Line): HTMLElement {
  const heads = [GROUP_NAMES[groupBy], ...COLUMNS.map(([name]) => name), 'Cost'];
  const table = element(
    'table',
    { 'aria-label': `Usage by ${GROUP_NAMES[groupBy].toLowerCase()}` },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...heads.map((name, place) => element('th', { scope: 'col', class: place > 0 ? 'n' : '' }, name)),
      ),
    ),
    element('tbody', {}, ...rows.map(rowOf)),
    element('tfoot', {}, rowOf({ ...totals, key: 'All' })),
  );
  return element('div', { class: 'scroll' }, table);
}

const nothing = () =>
  element(
    'div',
    { class: 'nothing' },
    element('b', {}, 'Nothing in these days'),
    element('p', {}, 'Completions and chats of this editor are listed here as soon as they are charged.'),
  );

function draw(message: ToUsage): void {
  if (message.type === 'trouble') {
    const { message: what, hint } = message.trouble;
    sums.textContent = '';
    body.replaceChildren(
      element('div', { class: 'nothing', role: 'alert' }, element('b', {}, what), element('p', {}, hint)),
    );
    return;
  }
  const { groupBy, span, rows, totals } = message;
  groups.value = groupBy;
  spans.value = span.toString();
  const isEmpty = rows.length === 0;
  sums.textContent = isEmpty ? '' : `${totals.cost} for ${totals.requests} requests`;
  body.replaceChildren(isEmpty ? nothing() : tableOf(groupBy, rows, totals));
}

window.addEventListener('message', (event: MessageEvent<ToUsage>) => draw(event.data));
host.postMessage({ type: 'ready' });

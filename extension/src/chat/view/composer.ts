// Where a question is written: what goes with it, the model, send or stop.
import type { ViewState } from '../messages';
import { element, icon, iconButton } from './dom';

export type ComposerActions = {
  send: (message: string, model: string | null, withContext: boolean) => void;
  stop: () => void;
  chooseModel: (model: string) => void;
};

export class Composer {
  readonly element: HTMLElement;
  private readonly chips = element('div', { class: 'chips' });
  private readonly box = element('textarea', {
    'aria-label': 'Message',
    rows: '2',
    placeholder: 'Ask about your code',
    input: () => this.resized(),
    keydown: (event) => this.key(event as KeyboardEvent),
  });
  private readonly model = element('select', {
    'aria-label': 'Model',
    change: () => this.actions.chooseModel(this.model.value),
  });
  private readonly action = element('button', { type: 'button', class: 'send', click: () => this.act() });
  private readonly left = element('span', { class: 'left' });
  private withContext = true;
  private streaming = false;
  private canSend = false;
  private context: string | null = null;

  constructor(private readonly actions: ComposerActions) {
    const foot = element('div', { class: 'foot' }, this.model, this.action);
    const boxed = element('div', { class: 'boxed' }, this.chips, this.box, foot);
    const below = element(
      'div',
      { class: 'below' },
      element('span', {}, 'Enter sends, Shift+Enter breaks the line'),
      this.left,
    );
    this.element = element('div', { class: 'composer' }, boxed, below);
    this.drawAction();
  }

  focus(): void {
    this.box.focus();
  }

  suggest(text: string): void {
    this.box.value = text;
    this.withContext = true;
    this.drawChips();
    this.resized();
    this.focus();
  }

  show(state: ViewState): void {
    this.context = state.context;
    this.canSend = state.signedIn;
    this.left.textContent = state.balance === null ? '' : `${state.balance} left`;
    this.drawChips();
    this.drawModels(state);
    this.drawAction();
  }

  setStreaming(streaming: boolean): void {
    this.streaming = streaming;
    this.drawAction();
  }

  private drawChips(): void {
    this.chips.hidden = this.context === null;
    if (this.context === null) return;
    const label = element('span', {}, this.context);
    const attach = () => {
      this.withContext = !this.withContext;
      this.drawChips();
      this.box.focus();
    };
    const chip = this.withContext
      ? element(
          'span',
          { class: 'chip' },
          icon('file'),
          label,
          iconButton('close', `Leave out ${this.context}`, attach),
        )
      : element('button', { type: 'button', class: 'chip off', click: attach }, icon('file'), `Add ${this.context}`);
    this.chips.replaceChildren(chip);
  }

  private drawModels({ models, model }: ViewState): void {
    this.model.hidden = models.length === 0;
    const options = models.map(({ id, price }) => element('option', { value: id, title: price }, `${id}  ${price}`));
    // The list is replaced only when it changed: an open list would close under the pointer.
    const current = [...this.model.options].map((option) => option.textContent).join('\n');
    if (current !== options.map((option) => option.textContent).join('\n')) this.model.replaceChildren(...options);
    if (model !== null) this.model.value = model;
  }

  private drawAction(): void {
    const label = this.streaming ? 'Stop' : 'Send';
    this.action.setAttribute('aria-label', label);
    this.action.title = this.streaming ? 'Stop (Esc)' : 'Send (Enter)';
    this.action.replaceChildren(icon(this.streaming ? 'stop' : 'send'));
    this.action.classList.toggle('stop', this.streaming);
    this.action.disabled = !this.streaming && (!this.canSend || this.box.value.trim() === '');
  }

  private act(): void {
    if (this.streaming) this.actions.stop();
    else this.sendMessage();
  }

  private sendMessage(): void {
    const message = this.box.value.trim();
    if (message === '' || this.streaming || !this.canSend) return;
    // The select may be ahead of the setting that it is about to change.
    const model = this.model.value === '' ? null : this.model.value;
    this.actions.send(message, model, this.withContext && this.context !== null);
    this.box.value = '';
    this.resized();
  }

  private key(event: KeyboardEvent): void {
    // Enter that ends an input method's word is not for us.
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.sendMessage();
    }
  }

  private resized(): void {
    this.box.style.height = 'auto';
    this.box.style.height = `${Math.min(this.box.scrollHeight, 200)}px`;
    this.drawAction();
  }
}

import { gatewayUrl } from '../../api/place.ts';
import { Code } from '../../ui/copy.tsx';
import { Panel } from '../../ui/panel.tsx';

/** The editor takes the key from a link of its own, so that nobody has to type it. */
const editorLink = (code: string): string =>
  `vscode://token-tracker.token-tracker/redeem?gateway=${encodeURIComponent(gatewayUrl)}#${code}`;

export const VsCode = ({ code }: { code?: string | undefined }) => (
  <Panel title="VS Code" flush>
    <ol className="steps">
      <li>
        <div>
          <b className="strong">Install the extension</b>
          <p className="soft">
            From the file <code>token-tracker.vsix</code>: in the extensions view, “Install from VSIX…”.
          </p>
        </div>
      </li>
      <li>
        <div className="stack">
          <div>
            <b className="strong">Redeem in the editor</b>
            <p className="soft">
              Open the command palette, run <code>Token Tracker: Redeem Token Key</code> and paste the key
              {code ? '. Or press the button.' : '.'}
            </p>
          </div>
          {code && (
            <div className="row">
              <a className="button" data-look="primary" href={editorLink(code)}>
                Redeem in VS Code
              </a>
            </div>
          )}
        </div>
      </li>
      <li>
        <div>
          <b className="strong">Write</b>
          <p className="soft">Completions come as you type; the status bar shows what is left. It is there at once.</p>
        </div>
      </li>
    </ol>
  </Panel>
);

export const Agents = () => (
  <Panel title="Terminal agents" beside={<span className="muted small push">one credential for each tool</span>}>
    <div className="stack">
      <Code title="A credential from a key">{`token-tracker redeem --gateway ${gatewayUrl} --show-credential`}</Code>
      <Code title="Anthropic-compatible agents">{`export ANTHROPIC_BASE_URL=${gatewayUrl}
export ANTHROPIC_AUTH_TOKEN=ttd_…`}</Code>
      <Code title="OpenAI-compatible agents">{`export OPENAI_BASE_URL=${gatewayUrl}/v1
export OPENAI_API_KEY=ttd_…`}</Code>
    </div>
  </Panel>
);

export const Sdks = () => (
  <Panel title="SDKs">
    <div className="stack">
      <Code title="Python">{`# pip install openai
from openai import OpenAI

client = OpenAI(base_url="${gatewayUrl}/v1")
answer = client.chat.completions.create(
    model="coder",
    messages=[{"role": "user", "content": "Hello"}])`}</Code>
      <Code title="TypeScript">{`// npm install openai
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${gatewayUrl}/v1" });
const answer = await client.chat.completions.create({
  model: "coder",
  messages: [{ role: "user", content: "Hello" }],
});`}</Code>
    </div>
  </Panel>
);

/** The control plane, as its contract describes it: open to all, since it holds nothing secret. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { apiUrl, gatewayUrl } from '../../api/place.ts';
import { Refusal } from '../../api/client.ts';
import { Of } from '../../ui/blank.tsx';
import { Code } from '../../ui/copy.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Panel } from '../../ui/panel.tsx';
import {
  groupsOf,
  membersOf,
  resolve,
  schemaOf,
  typeOf,
  type Call,
  type Contract,
  type ProblemCode,
  type Schema,
} from './contract.ts';
import './docs.css';

export function Docs() {
  useEffect(() => {
    document.title = 'API · Token Tracker';
  }, []);
  const query = useQuery({
    queryKey: ['contract'],
    queryFn: async () => {
      const response = await fetch(apiUrl('/openapi.json'));
      if (!response.ok) throw Refusal.of(undefined, response.status);
      return (await response.json()) as Contract;
    },
    staleTime: Infinity,
  });
  return (
    <main className="page docs" id="content">
      <div className="row">
        <Mark />
        <b className="strong">Token Tracker</b>
        <Link to="/" className="button push">
          Dashboard
        </Link>
      </div>
      <Of query={query} rows={8}>
        {(contract) => <Described contract={contract} />}
      </Of>
    </main>
  );
}

function Described({ contract }: { contract: Contract }) {
  const groups = groupsOf(contract);
  return (
    <>
      <h1>{contract.info.title}</h1>
      <p className="lead">{contract.info.description}</p>
      <Code title="A call">{`curl ${gatewayUrl}/api/v1/balance -H "Authorization: Bearer ttp_…"`}</Code>
      <div className="docs-body">
        <nav aria-label="Nouns" className="docs-nouns">
          <ul>
            {[...groups.keys()].map((noun) => (
              <li key={noun}>
                <a href={`#${noun}`}>{noun}</a>
              </li>
            ))}
            <li>
              <a href="#problems">problems</a>
            </li>
            <li>
              <a href={apiUrl('/openapi.json')}>openapi.json</a>
            </li>
          </ul>
        </nav>
        <div className="stack wide">
          {[...groups].map(([noun, calls]) => (
            <section key={noun} id={noun} aria-label={noun} className="stack">
              <h2>{noun}</h2>
              {calls.map((call) => (
                <OneCall key={call.operation.operationId} call={call} contract={contract} />
              ))}
            </section>
          ))}
          <Problems of={contract['x-problems'] ?? []} />
        </div>
      </div>
    </>
  );
}

/** Every code in one table: programs go by the code, people by the sentence. */
const Problems = ({ of: codes }: { of: ProblemCode[] }) => (
  <section id="problems" aria-label="problems" className="stack">
    <h2>problems</h2>
    <p className="soft">
      Every refusal is <code>{'{"error": {"code", "message", "hint"}}'}</code>. Codes stay as they are; sentences may
      change.
    </p>
    <Panel flush label="Codes">
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col" className="n">
                Status
              </th>
              <th scope="col">What to do next</th>
            </tr>
          </thead>
          <tbody>
            {codes.map(({ code, status, hint }) => (
              <tr key={code}>
                <td>
                  <code>{code}</code>
                </td>
                <td className="n">{status}</td>
                <td className="soft">{hint}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  </section>
);

function OneCall({ call: { method, path, operation }, contract }: { call: Call; contract: Contract }) {
  const body = operation.requestBody && schemaOf(operation.requestBody);
  const answers = Object.entries(operation.responses ?? {});
  return (
    <Panel
      title={
        <span className="docs-call">
          <span className="tag">{method.toUpperCase()}</span> <code>{path}</code>
        </span>
      }
    >
      <div className="stack">
        <p className="soft">{operation.summary ?? operation.description}</p>
        {operation.parameters && operation.parameters.length > 0 && (
          <Members
            caption="Parameters"
            members={operation.parameters.map((one) => ({
              name: `${one.name} (${one.in})`,
              schema: { ...one.schema, ...(one.description ? { description: one.description } : {}) },
              required: one.required ?? false,
            }))}
          />
        )}
        {body && <Members caption={`Body: ${typeOf(body)}`} members={membersOf(resolve(body, contract), contract)} />}
        {answers.map(([status, answer]) => {
          const schema = schemaOf(answer);
          const members = schema && status < '300' ? membersOf(resolve(schema, contract), contract) : [];
          return (
            <div key={status}>
              <span className="tag num">{status}</span>{' '}
              <span className="soft">{schema ? typeOf(schema) : (answer.description ?? 'no body')}</span>
              {members.length > 0 && <Members caption={`Answer ${status}`} members={members} />}
            </div>
          );
        })}
      </div>
    </Panel>
  );
}

function Members({
  caption,
  members,
}: {
  caption: string;
  members: { name: string; schema: Schema; required: boolean }[];
}) {
  if (members.length === 0) return null;
  return (
    <div className="scroll">
      <table className="docs-members">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">About</th>
          </tr>
        </thead>
        <tbody>
          {members.map(({ name, schema, required }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
                {!required && <span className="muted small"> optional</span>}
              </td>
              <td>
                <code>{typeOf(schema)}</code>
              </td>
              <td className="soft">{schema.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

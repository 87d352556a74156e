import type { ReactNode } from 'react';

/** One thing of somebody's: what it is called, what is known of it, and what can be done with it. */
export interface Line {
  id: string;
  name: string;
  under: ReactNode;
  /** For the columns between the name and what can be done. */
  cells: readonly ReactNode[];
  act: ReactNode;
}

/** What somebody has of one kind, one a line. On a narrow screen the name and what can be done are left. */
export const Listed = ({ heads, lines }: { heads: readonly string[]; lines: readonly Line[] }) => (
  <div className="scroll">
    <table className="folds">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
          <th scope="col">
            <span className="only-read">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ id, name, under, cells, act }) => (
          <tr key={id}>
            <td className="wide-name">
              <span className="name cut" style={{ display: 'block' }} title={name}>
                {name}
              </span>
              <span className="under">{under}</span>
            </td>
            {cells.map((cell, place) => (
              <td key={heads[place + 1]} className="soft folded">
                {cell}
              </td>
            ))}
            <td className="act">{act}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

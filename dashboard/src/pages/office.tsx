import { Link, Outlet } from '@tanstack/react-router';
import { LockKeyhole } from 'lucide-react';
import { useSession } from '../api/session.ts';
import { Page } from '../shell/page.tsx';
import { holdsCredit, runsOffice, withArticle, type Role } from '../shell/places.ts';
import { Blank } from '../ui/blank.tsx';
import { Panel } from '../ui/panel.tsx';

/** Pages for those who run the gateway. The gateway itself has the last word at each question. */
export const Office = () => (
  <Only may={runsOffice} title="Office" who="Only owners and admins see this" hint="An owner can change that." />
);

/** Pages about credit of one's own, which a viewer has not. */
export const Holders = () => (
  <Only
    may={holdsCredit}
    title="Yours"
    who="Viewers hold no keys and no devices"
    hint="You see sums over everything. An owner can make you a member."
  />
);

interface OnlyProps {
  may: (role: Role) => boolean;
  title: string;
  who: string;
  hint: string;
}

function Only({ may, title, who, hint }: OnlyProps) {
  const { member } = useSession();
  if (may(member.role)) return <Outlet />;
  return (
    <Page title={title}>
      <Panel label="Not allowed">
        <Blank
          icon={LockKeyhole}
          title={who}
          actions={
            <Link to="/" className="button">
              Back to the overview
            </Link>
          }
        >
          You are {withArticle(member.role)} here. {hint}
        </Blank>
      </Panel>
    </Page>
  );
}

import { Link, Outlet } from '@tanstack/react-router';
import { LockKeyhole } from 'lucide-react';
import { useSession } from '../api/session.ts';
import { Page } from '../shell/page.tsx';
import { runsOffice } from '../shell/places.ts';
import { Blank } from '../ui/blank.tsx';
import { Panel } from '../ui/panel.tsx';

/** Pages for those who run the gateway. The gateway itself has the last word at each question. */
export function Office() {
  const { member } = useSession();
  if (runsOffice(member.role)) return <Outlet />;
  return (
    <Page title="Office">
      <Panel label="Not allowed">
        <Blank
          icon={LockKeyhole}
          title="Only owners and admins see this"
          actions={
            <Link to="/" className="button">
              Back to the overview
            </Link>
          }
        >
          You are {member.role} here. An owner can change that.
        </Blank>
      </Panel>
    </Page>
  );
}

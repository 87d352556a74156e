import { Page } from '../../shell/page.tsx';
import { runsOffice } from '../../shell/places.ts';
import { useSingleKeys, switchSingleKeys } from '../../shell/shortcuts.ts';
import { chooseTheme, useTheme } from '../../shell/theme.ts';
import { useSession } from '../../api/session.ts';
import { zone } from '../../format/time.ts';
import { Segments } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { CurrencyShown } from './currency.tsx';
import { ThisGateway } from './gateway.tsx';
import { DaysAndRetention } from './house.tsx';
import { Identities } from './identities.tsx';
import { Part, Parts } from './parts.tsx';
import { Passkeys } from './passkeys.tsx';
import { Password } from './password.tsx';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';
import { TokensOfMine } from './tokens.tsx';
import { SharingPanel } from './sharing.tsx';
import { Export } from './data/export.tsx';
import { Import } from './data/import.tsx';
import { Visitors } from './visitors.tsx';

const THEMES = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

export function Settings() {
  const { member } = useSession();
  const isOffice = runsOffice(member.role);
  return (
    <Page title="Settings">
      <Parts>
        <Part id="profile" title="Profile">
          <Profile />
          <Password />
        </Part>
        <Part id="sign-in" title="Ways to sign in">
          <Passkeys />
          <Identities />
          <Sessions />
          <TokensOfMine />
        </Part>
        <Part id="browser" title="This browser">
          <Looks />
          <CurrencyShown />
        </Part>
        <Part id="sharing" title="What others see">
          <SharingPanel />
        </Part>
        <Part id="data" title="Data">
          <Export isAll={isOffice} />
          {isOffice && <Import />}
        </Part>
        {isOffice && (
          <Part id="gateway" title="Gateway">
            <DaysAndRetention />
            <Visitors />
            <ThisGateway />
          </Part>
        )}
      </Parts>
    </Page>
  );
}

function Looks() {
  const theme = useTheme();
  const keys = useSingleKeys();
  return (
    <Panel span={6} title="Looks and keys">
      <div className="stack wide">
        <Segments label="Colours" value={theme} options={THEMES} onChange={chooseTheme} />
        <label className="check">
          <input type="checkbox" checked={keys} onChange={(event) => switchSingleKeys(event.target.checked)} />
          Single keys do something while no field has the focus
        </label>
        <p className="muted small">Moments are shown in {zone()}, days are those of the gateway.</p>
      </div>
    </Panel>
  );
}

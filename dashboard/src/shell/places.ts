/** Where one can go: one list for the sidebar, the tab bar, the palette and the keys. */
import {
  Bell,
  ChartColumn,
  KeyRound,
  Laptop,
  LayoutDashboard,
  Network,
  PcCase,
  Scale,
  ScrollText,
  Settings,
  Ticket,
  Users,
  type LucideIcon,
} from 'lucide-react';

export type Role = 'owner' | 'admin' | 'member' | 'viewer';

export interface Place {
  to:
    | '/'
    | '/usage'
    | '/devices'
    | '/machines'
    | '/redeem'
    | '/members'
    | '/keys'
    | '/models'
    | '/reconciliation'
    | '/alerts'
    | '/audit'
    | '/settings';
  name: string;
  short?: string;
  icon: LucideIcon;
  group: 'Yours' | 'Office';
  /** The second key after G. */
  key?: string;
  roles?: readonly Role[];
}

const OFFICE: readonly Role[] = ['owner', 'admin'];
/** Viewers read sums; they have no keys and no devices. */
const HOLDERS: readonly Role[] = ['owner', 'admin', 'member'];

export const PLACES: readonly Place[] = [
  { to: '/', name: 'Overview', icon: LayoutDashboard, group: 'Yours', key: 'o' },
  { to: '/usage', name: 'Usage', icon: ChartColumn, group: 'Yours', key: 'u' },
  { to: '/devices', name: 'Devices', icon: PcCase, group: 'Yours', key: 'd', roles: HOLDERS },
  { to: '/redeem', name: 'Redeem and set up', short: 'Redeem', icon: Ticket, group: 'Yours', key: 'r', roles: HOLDERS },
  { to: '/machines', name: 'My machines', short: 'Machines', icon: Laptop, group: 'Yours', key: 'y' },
  { to: '/settings', name: 'Settings', icon: Settings, group: 'Yours', key: 's' },
  { to: '/members', name: 'Members', icon: Users, group: 'Office', key: 'm', roles: OFFICE },
  { to: '/keys', name: 'Token keys', icon: KeyRound, group: 'Office', key: 'k', roles: OFFICE },
  { to: '/models', name: 'Models and providers', icon: Network, group: 'Office', key: 'p', roles: OFFICE },
  { to: '/reconciliation', name: 'Reconciliation', icon: Scale, group: 'Office', key: 'b', roles: OFFICE },
  { to: '/alerts', name: 'Alerts', icon: Bell, group: 'Office', key: 'a', roles: OFFICE },
  { to: '/audit', name: 'Audit log', icon: ScrollText, group: 'Office', key: 'l', roles: OFFICE },
];

export const placesFor = (role: Role): readonly Place[] =>
  PLACES.filter((place) => !place.roles || place.roles.includes(role));

export const runsOffice = (role: Role): boolean => OFFICE.includes(role);

export const holdsCredit = (role: Role): boolean => HOLDERS.includes(role);

export const withArticle = (role: Role): string => `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;

import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { Blank } from '../ui/blank.tsx';

export const Missing = () => (
  <main className="page" id="content">
    <Blank
      icon={Compass}
      title="There is no page at this address"
      actions={
        <Link to="/" className="button">
          Go to the overview
        </Link>
      }
    >
      The link may be an old one, or cut off.
    </Blank>
  </main>
);

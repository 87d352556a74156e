import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { queryClient } from './api/query-client.ts';
import { router } from './routes.tsx';
import { TipProvider } from './ui/tip.tsx';
import './ui/tokens.css';
import './ui/base.css';
import './ui/parts.css';
import './ui/table.css';
import './ui/overlay.css';

const place = document.getElementById('root');
if (!place) throw new Error('the page has no place for the dashboard');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queryClient()}>
      <TipProvider>
        <RouterProvider router={router} />
      </TipProvider>
    </QueryClientProvider>
  </StrictMode>,
);

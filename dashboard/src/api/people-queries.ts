import { queryOptions } from '@tanstack/react-query';
import { request, type Invitation, type MemberSummary, type PersonalToken, type Session, type Team } from './people.ts';

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async () => (await request<{ members: MemberSummary[] }>('GET', '/members')).members,
  meta: { live: true },
});

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: async () => (await request<{ teams: Team[] }>('GET', '/teams')).teams,
  meta: { live: true },
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: async () => (await request<{ invitations: Invitation[] }>('GET', '/invitations')).invitations,
});

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async () => (await request<{ sessions: Session[] }>('GET', '/sessions')).sessions,
});

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async () => (await request<{ tokens: PersonalToken[] }>('GET', '/tokens')).tokens,
});

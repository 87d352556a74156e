//! What the journeys share: real binaries in their own folders, and a fake upstream.

// Made from gateway/openapi.json by scripts/generate. Never edited.

export interface paths {
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Alerts that are kept (30 days, unless the settings say otherwise), and older ones that are not over; newest first. Members see their own. */
        get: operations["get_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Notes that somebody has seen all alerts that are open. */
        post: operations["post_alerts_acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All channels, and how the last alert fared on each. */
        get: operations["get_alerts_channels"];
        put?: never;
        /**
         * Adds a channel. A webhook's address must be public, or in a network that the configuration lists
         *     under `alerts.allow_private_webhooks`: now, and whenever something is sent.
         */
        post: operations["post_alerts_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a channel. What waits to be sent there is not sent any more. */
        delete: operations["delete_alerts_channels_id"];
        options?: never;
        head?: never;
        /**
         * Changes a channel's name or recipients, or switches it off and on. An address is never changed:
         *     what was signed for one is not for another.
         */
        patch: operations["patch_alerts_channels_id"];
        trace?: never;
    };
    "/api/v1/alerts/channels/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message that says that it is only a test, now and once. */
        post: operations["post_alerts_channels_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/quiet-hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets the hours in which e-mails and webhooks wait. */
        put: operations["put_alerts_quiet_hours"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All rules: the gateway's, then those of single members and keys. */
        get: operations["get_alerts_rules"];
        /**
         * Sets a rule for all, for a member or for a key. What is set for a key goes before its member's,
         *     and that before the gateway's.
         */
        put: operations["put_alerts_rules"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a rule away: what it was for follows the one above it, the gateway's is as it comes. */
        delete: operations["delete_alerts_rules_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Notes that somebody has seen an alert. */
        post: operations["post_alerts_id_acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts an alert away. It is not raised again for the same reason until that was gone. */
        post: operations["post_alerts_id_resolve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/allocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Moves credit from one key to another, or divides it between several. */
        post: operations["post_allocations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log, newest first. */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Recounts the whole log: whether any line was changed, put in or taken out. */
        post: operations["post_audit_verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is left, held and spent on this device's lots; for a member, on all of their keys. */
        get: operations["get_balance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Links the device: it gets a token of the member, or a place on the key that is named. */
        post: operations["post_device_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a code, for a device that is to be linked. Open to all. */
        post: operations["post_device_code"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuses the device. */
        post: operations["post_device_deny"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Who asks to be linked, for the member to compare. */
        post: operations["post_device_look"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks whether the code was confirmed; then the credential is in the answer, once. */
        post: operations["post_device_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices of the caller's key; for a member, of all their keys; for owners and admins, all. */
        get: operations["get_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs a device out and frees its place. A device may revoke itself and its key's other devices. */
        delete: operations["delete_devices_id"];
        options?: never;
        head?: never;
        /** Gives a device another name. */
        patch: operations["patch_devices_id"];
        trace?: never;
    };
    "/api/v1/devices/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a device another credential. What it has running goes on, and the old credential works for
         *     ten minutes more, so that it can be exchanged where it is used.
         */
        post: operations["post_devices_id_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Server-sent events: for a device its balance now and after each change, and a revocation, which
         *     ends it; for a signed-in browser also that something it may see has changed.
         */
        get: operations["get_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/{table}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that the gateway keeps, or one table of it: `members`, `invitations`, `sessions`, `tokens`, `passkeys`, `identities`, `teams`, `keys`,
         *     `allowances`, `devices`, `deviceNetworks`, `alerts`, `entries`, `usage`, `reported`, `profiles`, `machines`, `sentDays`,
         *     `bills`, `providers`, `audit`, or `everything`. One moment of the database, as a stream. No secret is in it.
         */
        get: operations["get_exports_table"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's accounts elsewhere. */
        get: operations["get_identities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities/providers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets out to connect an account elsewhere with the member who is signed in. */
        post: operations["post_identities_providers_name"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Disconnects an account: it signs nobody in any more. */
        delete: operations["delete_identities_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Brings usage in, as CSV. Each row is charged to a lot that is granted as much, so that nothing that
         *     can be spent changes. No row comes in twice: a file may be sent again.
         * @description The first line names the columns: `at`, `model` and `costNanoUsd` or `costUsd` are needed. Rows that
         *     are wrong are left out and told; the others come in.
         */
        post: operations["post_imports_usage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The invitations, newest first. */
        get: operations["get_invitations"];
        put?: never;
        /** Invites somebody. The link is in this answer and nowhere else. */
        post: operations["post_invitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an invitation back that nobody has accepted. */
        delete: operations["delete_invitations_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys, newest first: one's own, or all for owners and admins. */
        get: operations["get_keys"];
        put?: never;
        /** Mints token keys. Their codes are in this answer and nowhere else. */
        post: operations["post_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a key one's own, by its code. One that is somebody else's is refused like one that does
         *     not exist.
         */
        post: operations["post_keys_claim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Stops a key and all its devices. */
        delete: operations["delete_keys_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/allowance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a key an allowance in the place of the one that it had. */
        put: operations["put_keys_id_allowance"];
        post?: never;
        /** Ends a key's allowance. What was granted stays. */
        delete: operations["delete_keys_id_allowance"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/credit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a key more credit. */
        post: operations["post_keys_id_credit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/member": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Says whose a key is. */
        put: operations["put_keys_id_member"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/reclaim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes credit back that is neither spent nor held. */
        post: operations["post_keys_id_reclaim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leaderboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who used the most, of members who want to be seen. */
        get: operations["get_leaderboard"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/orphans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests that a crash cut off; each was charged its counted input and its mark. */
        get: operations["get_ledger_orphans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger/orphans/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives back what an orphan was charged, once. */
        post: operations["post_ledger_orphans_id_refund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This device's standing. */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The members; those who may see only themselves see themselves. */
        get: operations["get_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One member. */
        get: operations["get_members_id"];
        put?: never;
        post?: never;
        /** Removes a member: their sessions, tokens and keys stop. What is left on the keys can be reclaimed. */
        delete: operations["delete_members_id"];
        options?: never;
        head?: never;
        /**
         * Changes a member. One's own name and address anybody may; role and `disabled` are for owners
         *     and admins, and need a fresh password.
         */
        patch: operations["patch_members_id"];
        trace?: never;
    };
    "/api/v1/members/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erases a person: they are removed, and every name, address and device of theirs goes. What they
         *     used stays, without a name, and so does the chain of the audit log. There is no way back.
         */
        post: operations["post_members_id_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the gateway keeps of one person: their own, or anybody's for owners and admins. */
        get: operations["get_members_id_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{id}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Says how much a member may use with all their keys together; what is absent has no limit. */
        put: operations["put_members_id_limits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link that signs the member in once; they can set a new password then. */
        post: operations["post_members_id_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{id}/owner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hands the gateway over: the member becomes owner, the caller admin, in a new session. */
        post: operations["post_members_id_owner"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{id}/team": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Puts a member into a team, or into none. Nothing that they hold moves. */
        put: operations["put_members_id_team"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that the caller's key or keys may use, with prices; for owners and admins, all. */
        get: operations["get_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the first page shows: today, this month, the last year and how long credit lasts. */
        get: operations["get_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's passkeys, in the order in which they were made. */
        get: operations["get_passkeys"];
        put?: never;
        /** Keeps a passkey that the browser made. */
        post: operations["post_passkeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/passkeys/challenge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What to ask the browser with, to make a passkey. */
        post: operations["post_passkeys_challenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes one of one's passkeys: it signs nobody in any more. */
        delete: operations["delete_passkeys_id"];
        options?: never;
        head?: never;
        /** Gives one of one's passkeys another name. */
        patch: operations["patch_passkeys_id"];
        trace?: never;
    };
    "/api/v1/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which models the member wants where one stands for others. The same for all devices of a key. */
        get: operations["get_preferences"];
        /** Sets both lists; an empty one takes back what was there. */
        put: operations["put_preferences"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{handle}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A member who wants to be seen. Of everybody else there is no profile. */
        get: operations["get_profiles_handle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{handle}/graph.svg": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The days of a profile as a picture, for the profile's page and for whoever puts it into theirs. */
        get: operations["get_profiles_handle_graph_svg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reconciliation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was metered against what the providers billed, by UTC day and model. */
        get: operations["get_reconciliation"];
        put?: never;
        /** Has the providers asked now for what they billed, then the same as to show it. */
        post: operations["post_reconciliation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reconciliation/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keeps lines of bills that an owner read elsewhere. Each day of an upstream that is among them is
         *     replaced whole, and taken for complete.
         */
        post: operations["post_reconciliation_lines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns a token key into a device with a credential of its own. */
        post: operations["post_redeem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads the configuration again: all of it is in force, or nothing of it. */
        post: operations["post_reload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The routes of each model with weights and prices, and how the upstreams are: circuit breaker,
         *     last error, time to the first byte.
         */
        get: operations["get_routes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/running": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Requests that run now: a device's own, those of a member's keys, or all for owners and admins.
         *     Pages hear on the event stream when one begins or ends.
         */
        get: operations["get_running"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, and until when. */
        get: operations["get_session"];
        put?: never;
        /** Signs a member in by name or e-mail address and password. */
        post: operations["post_session"];
        /** Signs out: all sessions of the member end. */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Uses a one-time link: signs its member in, makes the first owner, or accepts an invitation. */
        post: operations["post_session_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/link/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a link would do. Looking does not use it up. */
        post: operations["post_session_link_look"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs a member in by a passkey. */
        post: operations["post_session_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets one's password. All sessions end, and a new one begins here. */
        put: operations["put_session_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/step-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows a fresh password, for what needs one within the next ten minutes. */
        post: operations["post_session_step_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/step-up/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Shows a passkey, for what needs one within the next ten minutes. */
        post: operations["post_session_step_up_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/step-up/passkey/challenge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What to ask the browser with, to confirm who is signed in. */
        post: operations["post_session_step_up_passkey_challenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's sessions, newest first. */
        get: operations["get_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of one's sessions. */
        delete: operations["delete_sessions_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where days begin, for how long what is kept, and what visitors see. */
        get: operations["get_settings"];
        /** Sets all of them. Usage rows that are too old by then are deleted within a minute; their sums stay. */
        put: operations["put_settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sharing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one shares, and with whom. */
        get: operations["get_sharing"];
        /** Says who sees it. */
        put: operations["put_sharing"];
        post?: never;
        /** Forgets everything that one has sent, and the profile that showed it. */
        delete: operations["delete_sharing"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sharing/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one's machines sent, by day, the latest first: the lines of `token-tracker usage daily`. */
        get: operations["get_sharing_days"];
        put?: never;
        /**
         * Takes sums of days. They replace what the machine sent before of the same day, client and model.
         *     One row that cannot be true refuses them all.
         */
        post: operations["post_sharing_days"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sharing/machines/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forgets what one machine has sent. */
        delete: operations["delete_sharing_machines_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one can sign in here. Open to all. */
        get: operations["get_sign_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link that signs the owner in once, or makes them; what `token-tracker members link` prints. */
        post: operations["post_sign_in_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What to ask the browser with, to sign in with whichever passkey the person chooses. Open to all. */
        post: operations["post_sign_in_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/providers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets out to sign in by a provider. Open to all. */
        post: operations["post_sign_in_providers_name"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/providers/{name}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a provider sends the browser back to. It is sent on to a page of ours, signed in or not. */
        get: operations["get_sign_in_providers_name_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The teams, with what is left in each pool. */
        get: operations["get_teams"];
        put?: never;
        /** Makes a team with a pool of credit. */
        post: operations["post_teams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a team. What is left in its pool goes back to the house; its members and what they hold stay. */
        delete: operations["delete_teams_id"];
        options?: never;
        head?: never;
        /** Gives a team another name. */
        patch: operations["patch_teams_id"];
        trace?: never;
    };
    "/api/v1/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The token that the request came with, and whose it is. */
        get: operations["get_token"];
        put?: never;
        post?: never;
        /** Revokes the token that the request came with. */
        delete: operations["delete_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's tokens, newest first; those that are over too. */
        get: operations["get_tokens"];
        put?: never;
        /** Makes a token. It is in this answer and nowhere else. */
        post: operations["post_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes one of one's tokens. */
        delete: operations["delete_tokens_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upstream-trials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a provider for its list of models, with a key that is not kept. Its address must be one
         *     that an added upstream may have; one of the configuration is asked where that says.
         */
        post: operations["post_upstream_trials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upstreams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The upstreams of the configuration and those that were added, and whether each has a stored secret. */
        get: operations["get_upstreams"];
        put?: never;
        /**
         * Adds a provider's endpoint. Its address must be public, or in a network that the configuration
         *     lists under `allow_private_upstreams`: now, and whenever it is connected to.
         */
        post: operations["post_upstreams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upstreams/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes an upstream that was added here, with its key. What it has running goes on. */
        delete: operations["delete_upstreams_name"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upstreams/{name}/billing-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Keeps the key that may read what an upstream bills, encrypted. It can be replaced, and never
         *     read again.
         */
        put: operations["put_upstreams_name_billing_secret"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upstreams/{name}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keeps an upstream's API key, encrypted. It can be replaced, and never read again. */
        put: operations["put_upstreams_name_secret"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage rows, newest first: a device's own, those of a member's keys, or all for owners and
         *     admins. Viewers get the totals only.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage/reported": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sums of what was reported: a device's own, those of a member's keys, or all for owners and admins;
         *     for viewers all, of which no repository and no branch is told.
         */
        get: operations["get_usage_reported"];
        put?: never;
        /** Keeps rows that a device reports, each id of a client once. Sending them again adds nothing. */
        post: operations["post_usage_reported"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Usage by day, model, device, member, repository, branch or kind: a device's own, or all for an admin. */
        get: operations["get_usage_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One request: what it used and what was held for it. Never what was asked or answered. */
        get: operations["get_usage_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers. */
        get: operations["get_healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus' text form. */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The database is open and recovered, and a durable write works. Upstreams do not count. */
        get: operations["get_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description This device's standing at its gateway. */
        Account: {
            member?: components["schemas"]["Member"] | null;
            deviceId: components["schemas"]["DeviceId"];
            deviceName: string;
            balance: components["schemas"]["Balance"];
            /** @description The models that the device may use, in the order of the gateway's configuration. */
            models: string[];
        };
        AccountResponse: {
            account: components["schemas"]["Account"];
        };
        Activity: {
            /** @description Days with usage of the last 52 weeks, in order. */
            days: components["schemas"]["DayUsage"][];
            /** Format: int32 */
            activeDays: number;
            /** Format: int32 */
            longestRunDays: number;
            dearest?: components["schemas"]["DayUsage"] | null;
            /** @description The median of the days with usage. */
            usualDayNanoUsd: components["schemas"]["Money"];
        };
        Alert: {
            id: components["schemas"]["AlertId"];
            kind: components["schemas"]["AlertKind"];
            state: components["schemas"]["AlertState"];
            subject: components["schemas"]["AlertSubject"];
            /** @description What happened, in a few words. */
            title: string;
            /** @description The same with its figures, and what to do. */
            detail: string;
            /** Format: date-time */
            raisedAt: string;
            /** Format: date-time */
            acknowledgedAt?: string | null;
            /** @description The name of whoever has seen it. */
            acknowledgedBy?: string | null;
            /** Format: date-time */
            resolvedAt?: string | null;
            /** @description The name of whoever put it away; null with `resolvedAt`: it was over by itself. */
            resolvedBy?: string | null;
            memberId?: components["schemas"]["MemberId"] | null;
            /** @description By which channels it was sent; empty for those who may not see channels. */
            deliveries: components["schemas"]["AlertDelivery"][];
        };
        /** @description How one alert reaches one channel. */
        AlertDelivery: {
            channelId: components["schemas"]["ChannelId"];
            channel: components["schemas"]["ChannelKind"];
            /** @description The channel's name. */
            name: string;
            state: components["schemas"]["DeliveryState"];
            /**
             * Format: int32
             * @description How often it was tried.
             */
            attempts: number;
            /** Format: date-time */
            nextAt?: string | null;
            /** Format: date-time */
            deliveredAt?: string | null;
            /** @description Why the last try came to nothing. */
            problem?: string | null;
        };
        /**
         * Format: uuid
         * @description Something that somebody is told of without asking.
         */
        AlertId: string;
        /**
         * @description What somebody is alerted to.
         * @enum {string}
         */
        AlertKind: "approachingLimit" | "limitExceeded" | "highDailyCost" | "serviceDown" | "unusualActivity" | "variance";
        AlertList: {
            alerts: components["schemas"]["Alert"][];
            next?: components["schemas"]["AlertId"] | null;
            /**
             * Format: int64
             * @description How many are open, whatever was asked for.
             */
            open: number;
        };
        /** @description When an alert is raised. Which of the figures counts depends on the kind. */
        AlertRule: {
            id?: components["schemas"]["AlertRuleId"] | null;
            kind: components["schemas"]["AlertKind"];
            scope: components["schemas"]["AlertScope"];
            /** @description Of the member or key. */
            scopeId?: string | null;
            scopeName?: string | null;
            enabled: boolean;
            /**
             * Format: int32
             * @description `approachingLimit`: of the limit. `unusualActivity`: of what is usual; 200 is twice as much.
             */
            percent?: number | null;
            amountNanoUsd?: components["schemas"]["Money"] | null;
            /**
             * Format: int32
             * @description `serviceDown`: for so long.
             */
            minutes?: number | null;
            /**
             * Format: int64
             * @description `unusualActivity`: a day of fewer tokens is never unusual.
             */
            tokens?: number | null;
        };
        /**
         * Format: uuid
         * @description A rule of alerts that somebody changed.
         */
        AlertRuleId: string;
        /**
         * @description `PUT /api/v1/alerts/rules`: in the place of the rule of this kind and scope. A figure that is
         *     absent is as it comes.
         * @example {
         *       "enabled": true,
         *       "kind": "approachingLimit",
         *       "percent": 80,
         *       "scope": "gateway"
         *     }
         */
        AlertRuleRequest: {
            kind: components["schemas"]["AlertKind"];
            scope: components["schemas"]["AlertScope"];
            scopeId?: string | null;
            enabled: boolean;
            /** Format: int32 */
            percent?: number | null;
            amountNanoUsd?: components["schemas"]["Money"] | null;
            /** Format: int32 */
            minutes?: number | null;
            /** Format: int64 */
            tokens?: number | null;
        };
        AlertRules: {
            /** @description The gateway's, one of each kind; then those of members and keys. */
            rules: components["schemas"]["AlertRule"][];
            quietHours: components["schemas"]["QuietHours"];
            /** @description In which quiet hours and days are counted. */
            timeZone: string;
        };
        /**
         * @description Whose alerts a rule is for. What is set for a key goes before what is set for its member.
         * @enum {string}
         */
        AlertScope: "gateway" | "member" | "key";
        /** @enum {string} */
        AlertState: "open" | "acknowledged" | "resolved";
        AlertSubject: {
            kind: components["schemas"]["AlertSubjectKind"];
            /** @description Of the member, key or device; an upstream's name; null: the gateway. */
            id?: string | null;
            name: string;
        };
        /**
         * @description What an alert is about.
         * @enum {string}
         */
        AlertSubjectKind: "gateway" | "member" | "key" | "device" | "upstream";
        /**
         * @description `POST /api/v1/allocations`: moves credit from one key to another (`toKeyId`), or divides it
         *     between several (`shares`, or `evenly`).
         * @example {
         *       "amountNanoUsd": "2500000000",
         *       "fromKeyId": "01931f6e-7c00-7000-8000-000000000001",
         *       "toKeyId": "01931f6e-7c00-7000-8000-000000000002"
         *     }
         */
        AllocationRequest: {
            fromKeyId: components["schemas"]["KeyId"];
            toKeyId?: components["schemas"]["KeyId"] | null;
            shares?: components["schemas"]["Share"][] | null;
            /** @description Divides evenly between these keys; what does not divide goes to the first of them. */
            evenly?: components["schemas"]["KeyId"][] | null;
            amountNanoUsd?: components["schemas"]["Money"] | null;
        };
        /** @description A key's allowance. */
        Allowance: {
            amountNanoUsd: components["schemas"]["Money"];
            every: components["schemas"]["Every"];
            carryOver: boolean;
            /** Format: date-time */
            nextAt: string;
        };
        /**
         * @description `PUT /api/v1/keys/{id}/allowance`: credit that comes by itself. Each period brings a new grant;
         *     the one of the running period comes at once, unless the key had one in it already.
         * @example {
         *       "amountNanoUsd": "20000000000",
         *       "carryOver": false,
         *       "every": "month"
         *     }
         */
        AllowanceRequest: {
            amountNanoUsd: components["schemas"]["Money"];
            every: components["schemas"]["Every"];
            /** @description What was not used of a grant stays when the next one comes. */
            carryOver?: boolean;
        };
        /**
         * @description `PUT /api/v1/keys/{id}/member`
         * @example {
         *       "memberId": "01931f6e-7c00-7000-8000-000000000003"
         *     }
         */
        AssignKeyRequest: {
            memberId?: components["schemas"]["MemberId"] | null;
        };
        /** @description Who did something. */
        AuditActor: {
            /** @description `member`, `token` (a member's), `device`, `machine` (the credential in admin.json), `nobody` or `gateway`. */
            kind: string;
            /** @description Of the member, token or device. */
            id?: string | null;
            name?: string | null;
        };
        /** @description One line of the audit log. Nothing in it is a secret. */
        AuditEntry: {
            /**
             * Format: int64
             * @description Without gaps, from 1.
             */
            number: number;
            id: components["schemas"]["AuditId"];
            /** Format: date-time */
            at: string;
            actor: components["schemas"]["AuditActor"];
            /** @description Such as `key.mint`. */
            action: string;
            /** @description Such as `key 0198…`. */
            target?: string | null;
            before?: Record<string, unknown> | null;
            after?: Record<string, unknown> | null;
            requestId?: string | null;
            peer?: string | null;
            /** @description Names were taken out of this line when a person was erased; its place in the chain stays. */
            erased?: boolean;
            /** @description SHA-256 over the hash of the line before and this line, in hex. */
            hash: string;
        };
        /**
         * Format: uuid
         * @description One line of the audit log.
         */
        AuditId: string;
        AuditList: {
            entries: components["schemas"]["AuditEntry"][];
            /**
             * Format: int64
             * @description `before` of the next page; null: this is the last one.
             */
            next?: number | null;
        };
        /** @description What a recount of the whole log found. */
        AuditReport: {
            /** Format: int64 */
            entries: number;
            /** @description The hash of the last line. Kept elsewhere it proves that nobody wrote all of it anew. */
            head?: string | null;
            /** @description Lines that are not what was written; empty: all of them are. */
            differences: string[];
        };
        /** @description What is left, held and spent; available = granted - spent - held. */
        Balance: {
            availableNanoUsd: components["schemas"]["Money"];
            heldNanoUsd: components["schemas"]["Money"];
            grantedNanoUsd: components["schemas"]["Money"];
            spentNanoUsd: components["schemas"]["Money"];
            /** @description What is available, for a person: `$4.99`, rounded down. */
            display: string;
            lots: components["schemas"]["LotBalance"][];
        };
        BalanceResponse: {
            balance: components["schemas"]["Balance"];
        };
        /** @description What a provider billed for one model on one UTC day, as a person read it off a bill. */
        BilledLine: {
            /** Format: date */
            day: string;
            upstream: string;
            model: string;
            /** Format: int64 */
            requests?: number | null;
            /** Format: int64 */
            inputTokens?: number | null;
            /** Format: int64 */
            outputTokens?: number | null;
            costNanoUsd?: components["schemas"]["Money"] | null;
        };
        /**
         * @description `POST /api/v1/reconciliation/lines`. Each day of an upstream that is in it is replaced whole.
         * @example {
         *       "lines": [
         *         {
         *           "costNanoUsd": "1870000000",
         *           "day": "2026-11-15",
         *           "model": "gpt-5",
         *           "requests": 120,
         *           "upstream": "openai"
         *         }
         *       ]
         *     }
         */
        BilledLines: {
            lines: components["schemas"]["BilledLine"][];
        };
        BillingSource: {
            upstream: string;
            kind: components["schemas"]["BillingSourceKind"];
            /**
             * Format: date-time
             * @description When a bill was last read, or imported.
             */
            readAt?: string | null;
            /** @description Why the last reading came to nothing, and what to do. */
            problem?: string | null;
        };
        /** @enum {string} */
        BillingSourceKind: "provider" | "file" | "noKey";
        /** @enum {string} */
        Capability: "chat" | "completion" | "embedding" | "tools" | "vision";
        Channel: {
            id: components["schemas"]["ChannelId"];
            kind: components["schemas"]["ChannelKind"];
            name: string;
            enabled: boolean;
            /** @description `email`: who gets it. */
            to: string[];
            /** @description `webhook`: where it is sent. */
            url?: string | null;
            /** Format: date-time */
            createdAt: string;
            last?: components["schemas"]["AlertDelivery"] | null;
        };
        /**
         * @description `PATCH /api/v1/alerts/channels/{id}`: what is absent stays.
         * @example {
         *       "enabled": false
         *     }
         */
        ChannelChange: {
            name?: string | null;
            enabled?: boolean | null;
            to?: string[] | null;
        };
        ChannelCreated: {
            channel: components["schemas"]["Channel"];
            /** @description What a webhook's messages are signed with. Shown here once and nowhere else. */
            secret?: string | null;
        };
        /**
         * Format: uuid
         * @description Where alerts are sent to.
         */
        ChannelId: string;
        /** @enum {string} */
        ChannelKind: "email" | "webhook";
        ChannelList: {
            channels: components["schemas"]["Channel"][];
            /** @description The sender of e-mails; null: the configuration names no mail server. */
            emailFrom?: string | null;
        };
        /**
         * @description `POST /api/v1/alerts/channels`
         * @example {
         *       "kind": "email",
         *       "name": "On call",
         *       "to": [
         *         "ops@example.com"
         *       ]
         *     }
         */
        ChannelRequest: {
            kind: components["schemas"]["ChannelKind"];
            name: string;
            to?: string[];
            url?: string | null;
        };
        /** @description What became of a message that was sent to try a channel. */
        ChannelTest: {
            delivered: boolean;
            problem?: string | null;
        };
        /**
         * @description `POST /api/v1/keys/claim`: the key of this code becomes the caller's.
         * @example {
         *       "key": "TTK-7K3QF-9MZ2X-HV4TD-R8WNC-5PBJE"
         *     }
         */
        ClaimKeyRequest: {
            /** @description The code, in any spelling that a person might type. */
            key: string;
        };
        /**
         * @description Every public error code.
         * @enum {string}
         */
        Code: "unauthorized" | "credential_revoked" | "forbidden" | "not_found" | "key_refused" | "sign_in_refused" | "step_up_required" | "link_refused" | "name_taken" | "day_impossible" | "usage_impossible" | "sums_disagree" | "machine_taken" | "last_owner" | "rate_limited" | "insufficient_credit" | "credit_held" | "invalid_request" | "model_unknown" | "model_unpriced" | "request_reused" | "idempotency_key_reused" | "upstream_unavailable" | "starting" | "draining" | "internal" | "not_signed_in" | "gateway_unreachable" | "insecure_url";
        /** @description What was left at the end of a day. */
        DayBalance: {
            /** Format: date */
            day: string;
            availableNanoUsd: components["schemas"]["Money"];
        };
        DayUsage: {
            /** Format: date */
            day: string;
            /** Format: int64 */
            requests: number;
            /** Format: int64 */
            tokens: number;
            costNanoUsd: components["schemas"]["Money"];
        };
        /** @enum {string} */
        DeliveryState: "waiting" | "delivered" | "failed";
        /** @description One enrolled device, as its lot's devices and the owner see it. */
        Device: {
            id: components["schemas"]["DeviceId"];
            name: string;
            keyId: components["schemas"]["KeyId"];
            credentialLast4: string;
            client: components["schemas"]["DeviceClient"];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastSeenAt?: string | null;
            /** Format: date-time */
            revokedAt?: string | null;
            /** @description The device that asks. */
            current: boolean;
            /** @description Networks that it was seen in, the latest first; at most ten. */
            addresses?: components["schemas"]["DeviceAddress"][];
            /**
             * Format: int32
             * @description Requests of it that run now.
             */
            running?: number;
            /**
             * Format: date-time
             * @description Until when the credential before the present one still works.
             */
            formerUntil?: string | null;
        };
        /** @description A network that a device was seen in: not exactly where, but whether it is another place. */
        DeviceAddress: {
            /** @description Such as 192.0.2.0/24 or 2001:db8:7::/48; "this machine" for the gateway's own. */
            network: string;
            /** Format: date-time */
            firstAt: string;
            /** Format: date-time */
            lastAt: string;
        };
        /** @description What the redeeming program says about itself. */
        DeviceClient: {
            /** @default null */
            os?: string | null;
            /** @default null */
            client?: string | null;
            /** @default null */
            version?: string | null;
        };
        DeviceCodeAnswer: {
            /** @description What the device asks with; for nobody's eyes. */
            device_code: string;
            /** @description What a person compares and confirms: `BCDF-GHJK`. */
            user_code: string;
            verification_uri: string;
            verification_uri_complete: string;
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
            /**
             * Format: int64
             * @description Seconds between two questions.
             */
            interval: number;
        };
        /**
         * @description `POST /api/v1/device/code`, as JSON or as a form.
         * @example {
         *       "device_name": "laptop",
         *       "scope": "device"
         *     }
         */
        DeviceCodeRequest: {
            /** @default token */
            scope?: components["schemas"]["DeviceFlowScope"];
            /** @default null */
            device_name?: string | null;
            /** @default null */
            os?: string | null;
            /** @default null */
            client?: string | null;
            /** @default null */
            version?: string | null;
        };
        /**
         * @description `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`,
         *     `unsupported_grant_type` or `invalid_request`.
         */
        DeviceFlowError: {
            error: string;
            error_description: string;
        };
        /**
         * @description What the device is to get.
         * @enum {string}
         */
        DeviceFlowScope: "token" | "device";
        /**
         * Format: uuid
         * @description One enrolled editor, CLI or tool.
         */
        DeviceId: string;
        /** @description Who asks to be linked. Compare it with what is in front of you. */
        DeviceLink: {
            userCode: string;
            scope: components["schemas"]["DeviceFlowScope"];
            deviceName: string;
            client: components["schemas"]["DeviceClient"];
            address: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /**
         * @description `POST /api/v1/device/approve`
         * @example {
         *       "keyId": "01931f6e-7c00-7000-8000-000000000001",
         *       "userCode": "WDJB-MJHT"
         *     }
         */
        DeviceLinkAnswer: {
            userCode: string;
            keyId?: components["schemas"]["KeyId"] | null;
        };
        /**
         * @description `POST /api/v1/device/look` and `/deny`
         * @example {
         *       "userCode": "WDJB-MJHT"
         *     }
         */
        DeviceLinkRequest: {
            /** @description As it stands on the device, in any spelling. */
            userCode: string;
        };
        DeviceList: {
            devices: components["schemas"]["Device"][];
            /**
             * Format: uuid
             * @description `after` of the next page; null: this is the last one.
             */
            next?: string | null;
        };
        DeviceTokenAnswer: {
            access_token: string;
            token_type: string;
            scope: components["schemas"]["DeviceFlowScope"];
            /**
             * Format: int64
             * @description Seconds; absent: until it is revoked.
             */
            expires_in?: number | null;
        };
        /**
         * @description `POST /api/v1/device/token`, as JSON or as a form.
         * @example {
         *       "device_code": "ttx_…",
         *       "grant_type": "urn:ietf:params:oauth:grant-type:device_code"
         *     }
         */
        DeviceTokenRequest: {
            /** @description `urn:ietf:params:oauth:grant-type:device_code` */
            grant_type: string;
            device_code: string;
        };
        /**
         * @description What usage is folded by.
         * @enum {string}
         */
        Dimension: "day" | "model" | "kind" | "device" | "key" | "member" | "repository" | "branch";
        /**
         * @description What was erased of a person. Rows of money stay, without a name.
         * @example {
         *       "auditLines": 41,
         *       "auditLinesLeft": 0,
         *       "devices": 3,
         *       "keys": 2
         *     }
         */
        ErasureReport: {
            /**
             * Format: int64
             * @description Keys that were theirs; they are stopped, and what is left on them can be reclaimed.
             */
            keys: number;
            /**
             * Format: int64
             * @description Devices that have no name any more.
             */
            devices: number;
            /**
             * Format: int64
             * @description Lines of the audit log that name nobody any more.
             */
            auditLines: number;
            /**
             * Format: int64
             * @description Lines of the audit log from before names could be taken out of one: they stay as they are.
             */
            auditLinesLeft: number;
        };
        /**
         * @description The body of every error under `/api/v1`.
         * @example {
         *       "error": {
         *         "code": "not_found",
         *         "hint": "Check the address or the id.",
         *         "message": "There is no such key."
         *       }
         *     }
         */
        ErrorBody: {
            error: components["schemas"]["Problem"];
        };
        /** @description One message of `GET /api/v1/events` (server-sent events; `event:` is the `type`). */
        Event: {
            balance: components["schemas"]["Balance"];
            /** @enum {string} */
            type: "balance";
        } | {
            /** @enum {string} */
            type: "changed";
        } | {
            /**
             * Format: int64
             * @description How many are open.
             */
            open: number;
            /** @enum {string} */
            type: "alerts";
        } | {
            message: string;
            /** @enum {string} */
            type: "revocation";
        };
        /**
         * @description How often an allowance comes: at midnight, on Monday, on the first of the month, all in UTC.
         * @enum {string}
         */
        Every: "day" | "week" | "month";
        /**
         * @description How an export is written.
         * @enum {string}
         */
        ExportFormat: "csv" | "json" | "ndjson";
        /** @description What holds for everybody at a gateway. */
        GatewaySettings: {
            /**
             * @description Where days and months begin.
             * @example Europe/Berlin
             */
            timeZone: string;
            /**
             * @description The same as the configuration file has it, where nobody chose another one.
             * @example UTC
             */
            timeZoneOfFile: string;
            isTimeZoneChosen: boolean;
            /**
             * Format: int32
             * @description For how many days usage rows are kept; null: for good. Sums by day are always kept.
             */
            usageDays?: number | null;
            /** Format: int32 */
            usageDaysMin: number;
            /**
             * Format: date-time
             * @description No usage row of before this moment is there any more; null: all are.
             */
            usageKeptFrom?: string | null;
            /**
             * Format: int32
             * @description For how many days alerts are kept.
             * @example 30
             */
            alertDays: number;
            /** @description Whether visitors without a session see what members make public; members always do. */
            publicProfiles: boolean;
        };
        Health: {
            status: string;
        };
        /** @description An account elsewhere that signs the member in here. */
        Identity: {
            id: components["schemas"]["IdentityId"];
            provider?: components["schemas"]["SignInProvider"] | null;
            /** @description What the account is called there, as it was last seen. */
            account: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt?: string | null;
        };
        /**
         * Format: uuid
         * @description One account elsewhere that signs a member in.
         */
        IdentityId: string;
        IdentityList: {
            identities: components["schemas"]["Identity"][];
        };
        /**
         * @description A row that was left out, and why. The others came in; the file with this row put right can be
         *     imported again, since no row comes in twice.
         * @example {
         *       "column": "costNanoUsd",
         *       "line": 17,
         *       "message": "\"1.5\" is no whole number of nano-USD"
         *     }
         */
        ImportFault: {
            /**
             * Format: int64
             * @description Of the file, from 1; the names of the columns are in the first.
             */
            line: number;
            column?: string | null;
            message: string;
        };
        /** @description `POST /api/v1/imports/usage`: what became of each row. */
        ImportReport: {
            preview: boolean;
            /**
             * Format: int64
             * @description Rows of the file.
             */
            rows: number;
            /**
             * Format: int64
             * @description Those that came in, or would.
             */
            imported: number;
            /**
             * Format: int64
             * @description Those that were here before, or are in the file twice.
             */
            alreadyHere: number;
            /**
             * Format: int64
             * @description Those that are older than what is kept row by row. They do not come in: they may be among the
             *     sums that are kept instead.
             */
            tooOld: number;
            /** Format: int64 */
            refused: number;
            /** @description What the imported rows cost. */
            costNanoUsd: components["schemas"]["Money"];
            /** Format: date-time */
            firstAt?: string | null;
            /** Format: date-time */
            lastAt?: string | null;
            /** @description Columns that nobody reads. */
            ignoredColumns: string[];
            /** @description The first hundred rows that were refused. */
            faults: components["schemas"]["ImportFault"][];
        };
        Invitation: {
            id: components["schemas"]["InvitationId"];
            role: components["schemas"]["Role"];
            name?: string | null;
            email?: string | null;
            state: components["schemas"]["InvitationState"];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string;
        };
        InvitationCreated: {
            /** @description Works once. Shown here and nowhere else. */
            url: string;
            invitation: components["schemas"]["Invitation"];
        };
        /**
         * Format: uuid
         * @description One invitation to become a member.
         */
        InvitationId: string;
        InvitationList: {
            invitations: components["schemas"]["Invitation"][];
            /**
             * Format: uuid
             * @description `after` of the next page; null: this is the last one.
             */
            next?: string | null;
        };
        /**
         * @description `POST /api/v1/invitations`
         * @example {
         *       "email": "ada@example.com",
         *       "name": "Ada",
         *       "role": "member"
         *     }
         */
        InvitationRequest: {
            role: components["schemas"]["Role"];
            /** @description Suggested to whoever accepts. */
            name?: string | null;
            email?: string | null;
            /**
             * Format: date-time
             * @description At most 30 days ahead; 7 days when absent.
             */
            expiresAt?: string | null;
        };
        /** @enum {string} */
        InvitationState: "open" | "accepted" | "expired" | "revoked";
        /**
         * Format: uuid
         * @description One token key, which is also its lot and its ledger account.
         */
        KeyId: string;
        KeyList: {
            keys: components["schemas"]["KeySummary"][];
            /**
             * Format: uuid
             * @description `after` of the next page; null: this is the last one.
             */
            next?: string | null;
        };
        KeyResponse: {
            key: components["schemas"]["KeySummary"];
        };
        /** @enum {string} */
        KeyState: "unredeemed" | "active" | "exhausted" | "expired" | "revoked";
        KeySummary: components["schemas"]["Limits"] & {
            id: components["schemas"]["KeyId"];
            last4: string;
            label?: string | null;
            state: components["schemas"]["KeyState"];
            grantedNanoUsd: components["schemas"]["Money"];
            spentNanoUsd: components["schemas"]["Money"];
            heldNanoUsd: components["schemas"]["Money"];
            availableNanoUsd: components["schemas"]["Money"];
            models?: string[] | null;
            /** Format: int32 */
            devices: number;
            /** Format: int32 */
            devicesEnrolled: number;
            strict: boolean;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt?: string | null;
            memberId?: components["schemas"]["MemberId"] | null;
            allowance?: components["schemas"]["Allowance"] | null;
        };
        Leaderboard: {
            period: components["schemas"]["LeaderboardPeriod"];
            by: components["schemas"]["LeaderboardOrder"];
            /** @description The first hundred. */
            rows: components["schemas"]["LeaderboardRow"][];
        };
        /** @enum {string} */
        LeaderboardOrder: "tokens" | "cost" | "streak";
        /** @enum {string} */
        LeaderboardPeriod: "week" | "month" | "year" | "all";
        LeaderboardRow: {
            /**
             * Format: int32
             * @description Equal figures have equal places.
             */
            place: number;
            handle: string;
            name: string;
            /** Format: int64 */
            tokens: number;
            costNanoUsd?: components["schemas"]["Money"] | null;
            /** Format: int32 */
            activeDays: number;
            /** Format: int32 */
            streakDays: number;
        };
        /**
         * @description How much of something may be used in a span of time. What is absent has no limit.
         * @example {
         *       "rpm": 60,
         *       "spendPerDayNanoUsd": "2000000000"
         *     }
         */
        Limits: {
            /**
             * Format: int32
             * @description Requests per minute.
             * @default null
             */
            rpm?: number | null;
            /**
             * Format: int64
             * @description Tokens per minute, input and output together.
             * @default null
             */
            tpm?: number | null;
            /**
             * Format: int32
             * @description Requests that run at the same time.
             * @default null
             */
            streams?: number | null;
            /** @default null */
            spendPerDayNanoUsd?: components["schemas"]["Money"] | null;
            /** @default null */
            spendPerMonthNanoUsd?: components["schemas"]["Money"] | null;
        };
        LineAmounts: {
            /** Format: int64 */
            requests?: number | null;
            /**
             * Format: int64
             * @description All of it, cached or not.
             */
            inputTokens?: number | null;
            /** Format: int64 */
            outputTokens?: number | null;
            costNanoUsd?: components["schemas"]["Money"] | null;
        };
        LineDifference: {
            /** Format: int64 */
            inputTokens?: number | null;
            /** Format: int64 */
            outputTokens?: number | null;
            costNanoUsd?: components["schemas"]["Money"] | null;
        };
        /** @enum {string} */
        LineState: "matches" | "differs" | "onlyMetered" | "onlyBilled" | "notToldYet";
        /** @enum {string} */
        LinkKind: "signIn" | "invitation";
        /**
         * @example {
         *       "link": "https://tokens.example/join#tti_…"
         *     }
         */
        LinkLookRequest: {
            link: string;
        };
        /** @description What a link would do; looking does not use it up. */
        LinkPreview: {
            kind: components["schemas"]["LinkKind"];
            role: components["schemas"]["Role"];
            /** @description The member, or the name that the invitation suggests; null: the first owner, or free to choose. */
            name?: string | null;
            email?: string | null;
            asksName: boolean;
            asksPassword: boolean;
            /** Format: date-time */
            expiresAt: string;
        };
        /**
         * @description `POST /api/v1/session/link`: sign-in by a one-time link, or an invitation that is accepted.
         * @example {
         *       "link": "https://tokens.example/join#tti_…",
         *       "name": "Ada",
         *       "password": "correct horse battery staple"
         *     }
         */
        LinkRequest: {
            /** @description The secret `tti_…` behind the `#`, or the whole link. */
            link: string;
            /** @description Of the new member; where the link says it already it may be absent. */
            name?: string | null;
            email?: string | null;
            /** @description An invitation asks for one; a sign-in link sets it in the place of a forgotten one. */
            password?: string | null;
        };
        LotBalance: {
            id: components["schemas"]["KeyId"];
            keyLast4: string;
            availableNanoUsd: components["schemas"]["Money"];
            heldNanoUsd: components["schemas"]["Money"];
            grantedNanoUsd: components["schemas"]["Money"];
            /** Format: date-time */
            expiresAt?: string | null;
        };
        LotFigures: {
            keyId: components["schemas"]["KeyId"];
            grantedNanoUsd: components["schemas"]["Money"];
            spentNanoUsd: components["schemas"]["Money"];
            heldNanoUsd: components["schemas"]["Money"];
            availableNanoUsd: components["schemas"]["Money"];
        };
        Member: {
            id: components["schemas"]["MemberId"];
            name: string;
        };
        /**
         * @description `PATCH /api/v1/members/{id}`: what is absent stays. Members change their own name and e-mail
         *     address; role and `disabled` are for owners and admins.
         * @example {
         *       "email": "ada@example.com",
         *       "name": "Ada Lovelace"
         *     }
         */
        MemberChange: {
            /** @default null */
            name?: string | null;
            /**
             * @description An empty text takes the address away.
             * @default null
             */
            email?: string | null;
            /** @default null */
            role?: components["schemas"]["Role"] | null;
            /**
             * @description A disabled member cannot sign in; their devices stop.
             * @default null
             */
            disabled?: boolean | null;
        };
        /**
         * Format: uuid
         * @description A person known to the gateway.
         */
        MemberId: string;
        MemberList: {
            members: components["schemas"]["MemberSummary"][];
            /**
             * Format: uuid
             * @description `after` of the next page; null: this is the last one.
             */
            next?: string | null;
        };
        MemberResponse: {
            member: components["schemas"]["MemberSummary"];
        };
        /** @description A member, as they and those who run the gateway see them. */
        MemberSummary: {
            id: components["schemas"]["MemberId"];
            name: string;
            email?: string | null;
            role: components["schemas"]["Role"];
            /** @description Without a password there is only the one-time link, or a passkey. */
            hasPassword: boolean;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            disabledAt?: string | null;
            /**
             * Format: date-time
             * @description When a session of theirs was used last.
             */
            lastSeenAt?: string | null;
            teamId?: components["schemas"]["TeamId"] | null;
            /** @description What all keys of theirs may use together, besides what each key and device may. */
            limits?: components["schemas"]["Limits"];
        };
        /**
         * @description `PUT /api/v1/members/{id}/team`
         * @example {
         *       "teamId": "01931f6e-7c00-7000-8000-000000000004"
         *     }
         */
        MemberTeamRequest: {
            teamId?: components["schemas"]["TeamId"] | null;
        };
        /**
         * @description `POST /api/v1/keys`: mints token keys. Their codes are in the answer and nowhere else.
         * @example {
         *       "creditNanoUsd": "5000000000",
         *       "devices": 3,
         *       "label": "laptop",
         *       "models": [
         *         "coder"
         *       ]
         *     }
         */
        MintRequest: components["schemas"]["Limits"] & {
            creditNanoUsd: components["schemas"]["Money"];
            /** @description The models that the key may use; absent or null: all. */
            models?: string[] | null;
            /**
             * Format: int32
             * @description How many devices may be enrolled at the same time.
             */
            devices?: number;
            /** Format: date-time */
            expiresAt?: string | null;
            /** Format: int32 */
            count?: number;
            /** @description Refuse a request that the credit cannot cover instead of lowering its output cap. */
            strict?: boolean;
            label?: string | null;
            memberId?: components["schemas"]["MemberId"] | null;
        };
        MintResponse: {
            /** @description How others reach the gateway; the link to redeem a key begins with it. */
            gatewayUrl?: string;
            keys: components["schemas"]["MintedKey"][];
        };
        MintedKey: {
            id: components["schemas"]["KeyId"];
            /** @description The code `TTK-…`, shown once. */
            key: string;
            creditNanoUsd: components["schemas"]["Money"];
            models?: string[] | null;
            /** Format: int32 */
            devices: number;
            /** Format: date-time */
            expiresAt?: string | null;
        };
        /** @description A name that clients use, with what it can do and what it costs. */
        Model: {
            id: string;
            capabilities: components["schemas"]["Capability"][];
            /**
             * Format: int64
             * @description Tokens that fit into one request, where known.
             */
            contextWindow?: number | null;
            pricing?: components["schemas"]["ModelPricing"] | null;
        };
        ModelList: {
            models: components["schemas"]["Model"][];
        };
        /**
         * @description Where a model comes from, and so where it is changed.
         * @enum {string}
         */
        ModelOrigin: "configuration" | "found" | "builtIn";
        /** @description Prices for one million tokens; all zero for a model that is declared free. */
        ModelPricing: {
            inputNanoUsd: components["schemas"]["Money"];
            outputNanoUsd: components["schemas"]["Money"];
            cacheReadNanoUsd: components["schemas"]["Money"];
            cacheWriteNanoUsd: components["schemas"]["Money"];
        };
        ModelRoute: {
            upstream: string;
            /** @description What it is called there. */
            upstreamModel: string;
            /**
             * Format: int32
             * @description How often it is taken first, beside the weights of the other routes.
             */
            weight: number;
            /** @description The operator's factor on the price, such as 1.25. */
            multiplier: string;
            pricing?: components["schemas"]["ModelPricing"] | null;
            /** @description Where the price comes from, and a fingerprint of its numbers; null where it is free. */
            priceVersion?: string | null;
        };
        ModelRoutes: {
            /** @description What clients ask for. */
            model: string;
            origin: components["schemas"]["ModelOrigin"];
            routes: components["schemas"]["ModelRoute"][];
            /** @description The models that it stands for, best first; empty for one that is served itself. */
            standsFor: string[];
        };
        /**
         * @description An amount in whole nano-USD (10⁻⁹ USD).
         *
         *     No float ever touches a balance: amounts are parsed from decimal text, multiplied in `i128`
         *     and rounded up once per request. On the wire an amount is a decimal *string*, because
         *     JavaScript's numbers are floats.
         * @example 5000000000
         */
        Money: string;
        /** @description A link that signs somebody in once. Shown here and nowhere else. */
        OneTimeLink: {
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        /** @description A request that a crash cut off, settled on its counted input and its mark. */
        Orphan: components["schemas"]["UsageEntry"] & {
            refunded: boolean;
        };
        OrphanList: {
            orphans: components["schemas"]["Orphan"][];
            /**
             * Format: uuid
             * @description `after` of the next page; null: this is the last one.
             */
            next?: string | null;
        };
        Outlook: {
            /** @description The last 28 days and today. */
            history: components["schemas"]["DayBalance"][];
            /** @description The mean of the days that the outlook is made from. */
            perDayNanoUsd: components["schemas"]["Money"];
            runsOut?: components["schemas"]["RunsOut"] | null;
            because?: string | null;
        };
        /** @description `GET /api/v1/overview` */
        Overview: {
            /** Format: date */
            today: string;
            timeZone: string;
            /** @description Today until now. */
            soFarToday: components["schemas"]["UsageTotals"];
            thisMonth: components["schemas"]["UsageTotals"];
            /** @description The month before, up to the same day. */
            monthBefore: components["schemas"]["UsageTotals"];
            /** @description This month, the dearest first. */
            models: components["schemas"]["SummaryRow"][];
            activity: components["schemas"]["Activity"];
            outlook?: components["schemas"]["Outlook"] | null;
        };
        /** @description `GET /api/v1/token`: the token that the request came with, and whose it is. */
        OwnToken: {
            member: components["schemas"]["MemberSummary"];
            token: components["schemas"]["PersonalToken"];
        };
        /** @description One of a member's passkeys, without its key. */
        Passkey: {
            id: components["schemas"]["PasskeyId"];
            name: string;
            /** @description The host that it works at, and no other. */
            host: string;
            /** @description Whether it is the one host that this request came to. */
            worksHere: boolean;
            /** @description It is on several devices of its owner, by way of a password manager. */
            synced: boolean;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt?: string | null;
        };
        PasskeyAlgorithm: {
            type: string;
            /** Format: int64 */
            alg: number;
        };
        /**
         * @description `POST /api/v1/session/passkey` and `/session/step-up/passkey`: what the browser signed.
         * @example {
         *       "authenticatorData": "SZYN5Y…",
         *       "clientDataJSON": "eyJ0eXBlIjoi…",
         *       "id": "q1dH…",
         *       "signature": "MEUCIQ…"
         *     }
         */
        PasskeyAnswer: {
            /** @description The credential's `rawId`. */
            id: string;
            clientDataJSON: string;
            authenticatorData: string;
            signature: string;
            /** @description Who made it, as the authenticator remembers; absent only where we named the credential. */
            userHandle?: string | null;
        };
        /**
         * @description `PATCH /api/v1/passkeys/{id}`
         * @example {
         *       "name": "phone"
         *     }
         */
        PasskeyChange: {
            name: string;
        };
        /** @description What `navigator.credentials.create` is called with. */
        PasskeyCreation: {
            rp: components["schemas"]["PasskeyParty"];
            user: components["schemas"]["PasskeyUser"];
            challenge: string;
            pubKeyCredParams: components["schemas"]["PasskeyAlgorithm"][];
            /**
             * Format: int32
             * @description Milliseconds.
             */
            timeout: number;
            /** @description Those that the member has already. */
            excludeCredentials: components["schemas"]["PasskeyDescriptor"][];
            authenticatorSelection: components["schemas"]["PasskeySelection"];
            attestation: string;
        };
        PasskeyDescriptor: {
            type: string;
            id: string;
        };
        /**
         * Format: uuid
         * @description One passkey of a member.
         */
        PasskeyId: string;
        PasskeyList: {
            passkeys: components["schemas"]["Passkey"][];
        };
        PasskeyParty: {
            id: string;
            name: string;
        };
        /** @description What `navigator.credentials.get` is called with. */
        PasskeyQuestion: {
            challenge: string;
            rpId: string;
            /**
             * Format: int32
             * @description Milliseconds.
             */
            timeout: number;
            /** @description Empty: whichever the person chooses. */
            allowCredentials: components["schemas"]["PasskeyDescriptor"][];
            userVerification: string;
        };
        /**
         * @description `POST /api/v1/passkeys`: what the browser made.
         * @example {
         *       "attestationObject": "o2NmbXRk…",
         *       "clientDataJSON": "eyJ0eXBlIjoi…",
         *       "name": "laptop"
         *     }
         */
        PasskeyRequest: {
            name: string;
            clientDataJSON: string;
            attestationObject: string;
        };
        PasskeySelection: {
            residentKey: string;
            requireResidentKey: boolean;
            userVerification: string;
        };
        PasskeyUser: {
            id: string;
            name: string;
            displayName: string;
        };
        /**
         * @description `PUT /api/v1/session/password`
         * @example {
         *       "current": "correct horse battery staple",
         *       "new": "another horse, another battery"
         *     }
         */
        PasswordRequest: {
            /** @description The one before; absent only within ten minutes of a one-time link or a step-up. */
            current?: string | null;
            new: string;
        };
        PersonalToken: {
            id: components["schemas"]["TokenId"];
            name: string;
            last4: string;
            scopes: components["schemas"]["Scope"][];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string;
            /** Format: date-time */
            lastUsedAt?: string | null;
            /** Format: date-time */
            revokedAt?: string | null;
        };
        /**
         * @description Which models a member wants from those that choose for them, such as `auto`. Kept at the
         *     gateway, and so the same on every device.
         * @example {
         *       "exclude": [],
         *       "order": [
         *         "coder",
         *         "gpt-5"
         *       ]
         *     }
         */
        Preferences: {
            /**
             * @description These first, in this order; then the others as the gateway lists them.
             * @default []
             */
            order?: string[];
            /**
             * @description Never these.
             * @default []
             */
            exclude?: string[];
        };
        PriceLine: {
            of: components["schemas"]["PricedTokens"];
            /** Format: int64 */
            tokens: number;
            /** @description For one million of them. */
            priceNanoUsd: components["schemas"]["Money"];
            /** @description Rounded down to a whole nano-dollar. */
            amountNanoUsd: components["schemas"]["Money"];
        };
        /** @description How a charge came about, line by line. All amounts add up to what was charged. */
        PriceLines: {
            lines: components["schemas"]["PriceLine"][];
            /** @description The operator's factor, such as 1.25. */
            multiplier: string;
            /** @description What the factor adds to the lines, or takes off. */
            multiplierNanoUsd: components["schemas"]["Money"];
            /**
             * @description What is charged beyond that, or less: another service tier, input kept for an hour, searches,
             *     the provider's own word, and rounding up to a whole nano-dollar.
             */
            otherNanoUsd: components["schemas"]["Money"];
        };
        /** @enum {string} */
        PricedTokens: "input" | "cacheRead" | "cacheWrite" | "output";
        /**
         * @description What went wrong, for a person, with a code that programs can rely on.
         *
         *     Never holds a secret, a path of this machine or a provider's words.
         */
        Problem: {
            code: components["schemas"]["Code"];
            /** @description What happened. */
            message: string;
            /** @description What to do next. */
            hint: string;
        };
        /** @description `GET /api/v1/profiles/{handle}` */
        Profile: {
            handle: string;
            name: string;
            /** Format: int64 */
            tokens: number;
            costNanoUsd?: components["schemas"]["Money"] | null;
            /** Format: int32 */
            activeDays: number;
            /**
             * Format: int32
             * @description Days in a row, today or yesterday included.
             */
            streakDays: number;
            /** Format: int32 */
            longestStreakDays: number;
            /** @description Those with use, in order, of the last 53 weeks. */
            days: components["schemas"]["SharedDay"][];
            /** @description Over all time, the most tokens first. */
            clients: components["schemas"]["SharedPart"][];
            /** @description Over all time, the most tokens first. */
            models: components["schemas"]["SharedPart"][];
        };
        /**
         * @description When e-mails and webhooks wait. The bell does not.
         * @example {
         *       "enabled": true,
         *       "from": "22:00",
         *       "until": "07:00",
         *       "urgentPass": true
         *     }
         */
        QuietHours: {
            enabled: boolean;
            /** @description `22:00`, in the gateway's time zone. */
            from: string;
            until: string;
            /** @description A service that is down and a limit that is exceeded do not wait. */
            urgentPass: boolean;
        };
        /**
         * @description `POST /api/v1/keys/{id}/reclaim`: takes credit back that is neither spent nor held.
         * @example {
         *       "amountNanoUsd": "1000000000"
         *     }
         */
        ReclaimRequest: {
            amountNanoUsd?: components["schemas"]["Money"] | null;
        };
        /** @description What was metered against what was billed, newest day first. */
        Reconciliation: {
            /** Format: date */
            since: string;
            /** Format: date */
            until: string;
            lines: components["schemas"]["ReconciliationLine"][];
            /** @description Where each upstream's bill comes from, and how far it has come. */
            sources: components["schemas"]["BillingSource"][];
        };
        /** @description One model of one upstream on one UTC day. */
        ReconciliationLine: {
            /** Format: date */
            day: string;
            upstream: string;
            /** @description The upstream's name for it, without a version's date. */
            model: string;
            metered?: components["schemas"]["LineAmounts"] | null;
            billed?: components["schemas"]["LineAmounts"] | null;
            difference?: components["schemas"]["LineDifference"] | null;
            state: components["schemas"]["LineState"];
        };
        /**
         * @description `POST /api/v1/redeem`: a token key becomes a device with a credential of its own.
         * @example {
         *       "deviceName": "laptop",
         *       "key": "TTK-7K3QF-9MZ2X-HV4TD-R8WNC-5PBJE"
         *     }
         */
        RedeemRequest: {
            /** @description The code, in any spelling that a person might type. */
            key: string;
            deviceName?: string | null;
            device?: components["schemas"]["DeviceClient"] | null;
        };
        RedeemResponse: {
            /** @description The device credential `ttd_…`. Shown here once and nowhere else. */
            credential: string;
            account: components["schemas"]["Account"];
        };
        Refund: {
            requestId: components["schemas"]["RequestId"];
            refundedNanoUsd: components["schemas"]["Money"];
        };
        /** @description A configuration that was read again and is in force. */
        Reloaded: {
            /** @description How many models there are now, found and built-in ones too. */
            models: number;
            /** @description How many upstreams the file names. */
            upstreams: number;
            /** @description Keys of the file that were changed and are not in force before a restart. */
            needsRestart: string[];
        };
        /**
         * @example {
         *       "name": "Ada's laptop"
         *     }
         */
        RenameDeviceRequest: {
            name: string;
        };
        /** @description What became of the rows. */
        ReportedAnswer: {
            /**
             * Format: int64
             * @description New here, or told more fully by the key that reported them.
             */
            kept: number;
            /**
             * Format: int64
             * @description Known as they are, or another key's.
             */
            known: number;
        };
        ReportedRow: {
            /**
             * @description Within its client, for ever: 1 to 64 letters, digits and any of `-_.:`. A row that is known
             *     is never there twice, whichever device reports it.
             */
            id: string;
            /** @description The assistant, or `manual` or `ci`. */
            client: string;
            /** Format: date-time */
            at: string;
            repository?: string | null;
            branch?: string | null;
            model?: string | null;
            provider?: string | null;
            usage: components["schemas"]["TokenUsage"];
            costNanoUsd?: components["schemas"]["Money"] | null;
        };
        /**
         * @description `POST /api/v1/usage/reported`: what a device says was consumed without this gateway.
         * @example {
         *       "rows": [
         *         {
         *           "at": "2026-06-01T11:58:03Z",
         *           "branch": "topic",
         *           "client": "claude",
         *           "costNanoUsd": "1380000",
         *           "id": "8f0c1d2e3a4b5c6d1f9e8d7c6b5a4938",
         *           "model": "claude-sonnet-4-5",
         *           "repository": "github.com/acme/shop",
         *           "usage": {
         *             "inputTokens": 10,
         *             "outputTokens": 90
         *           }
         *         }
         *       ]
         *     }
         */
        ReportedRows: {
            /** @description At most 200. */
            rows: components["schemas"]["ReportedRow"][];
        };
        ReportedSum: {
            repository?: string | null;
            branch?: string | null;
            client: string;
            model?: string | null;
            /** Format: int64 */
            rows: number;
            /**
             * Format: int64
             * @description Of them without a price.
             */
            unpricedRows: number;
            usage: components["schemas"]["TokenUsage"];
            /** @description Of what has one. */
            costNanoUsd: components["schemas"]["Money"];
        };
        /** @description `GET /api/v1/usage/reported`: sums of what devices reported, the largest first. */
        ReportedSums: {
            sums: components["schemas"]["ReportedSum"][];
        };
        /**
         * Format: uuid
         * @description One request through the gateway; made by the gateway, never by a client.
         */
        RequestId: string;
        /**
         * @description What a request was for.
         * @enum {string}
         */
        RequestKind: "completion" | "chat" | "embedding";
        /**
         * @description What a member may do; the gateway has one table of it.
         * @enum {string}
         */
        Role: "viewer" | "member" | "admin" | "owner";
        /** @description `POST /api/v1/devices/{id}/rotate`: another credential for a device. */
        RotatedDevice: {
            /** @description The new device credential `ttd_…`. Shown here once and nowhere else. */
            credential: string;
            /**
             * Format: date-time
             * @description The old one works until then.
             */
            formerUntil: string;
        };
        /**
         * @description `GET /api/v1/routes`: where each model is served, in the order of the catalogue, and how the
         *     upstreams are.
         */
        RouteList: {
            models: components["schemas"]["ModelRoutes"][];
            upstreams: components["schemas"]["UpstreamHealth"][];
        };
        /** @description `GET /api/v1/running`: requests that hold credit at the moment, oldest first. */
        RunningList: {
            requests: components["schemas"]["RunningRequest"][];
        };
        /** @description What one request is about. Never what it asks. */
        RunningRequest: {
            requestId: components["schemas"]["RequestId"];
            /** Format: date-time */
            at: string;
            deviceId: components["schemas"]["DeviceId"];
            keyId: components["schemas"]["KeyId"];
            kind: components["schemas"]["RequestKind"];
            model: string;
            upstream: string;
            repository?: string | null;
            branch?: string | null;
            /** @description The most that it can cost; what it does not use comes back. */
            heldNanoUsd: components["schemas"]["Money"];
        };
        /** @description When credit runs out if days go on like those before. An estimate. */
        RunsOut: {
            /** Format: date */
            on: string;
            /**
             * Format: date
             * @description Four times in five it is not earlier than this,
             */
            from: string;
            /**
             * Format: date
             * @description nor later than this. Null: more than two years ahead.
             */
            to?: string | null;
        };
        /**
         * @description What a personal access token may be used for, of what its member may do.
         * @enum {string}
         */
        Scope: "read" | "usage:read" | "usage:submit" | "keys:write" | "devices:write" | "credit:write" | "members:read" | "members:write" | "upstreams:read" | "upstreams:write" | "alerts:read" | "alerts:write" | "audit:read";
        /** @description What one's machines sent of one day: a line of `token-tracker usage daily`. */
        SentDay: {
            /** Format: date */
            day: string;
            /** Format: int64 */
            messages: number;
            /** Format: int64 */
            inputTokens: number;
            /** Format: int64 */
            outputTokens: number;
            /** Format: int64 */
            cacheReadTokens: number;
            /** Format: int64 */
            cacheWriteTokens: number;
            /** Format: int64 */
            reasoningTokens: number;
            /** Format: int64 */
            totalTokens: number;
            costNanoUsd?: components["schemas"]["Money"] | null;
            /**
             * Format: int64
             * @description Without a known price.
             */
            unpricedMessages: number;
            models: string[];
        };
        /** @description The latest days first. */
        SentDayList: {
            days: components["schemas"]["SentDay"][];
            /**
             * Format: date
             * @description Ask for what is before with `until`; null where nothing is.
             */
            nextUntil?: string | null;
        };
        /** @description A signed-in browser. */
        Session: {
            id: components["schemas"]["SessionId"];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            seenAt: string;
            /**
             * Format: date-time
             * @description When it ends at the latest.
             */
            endsAt: string;
            /**
             * Format: date-time
             * @description When it ends unless it is used.
             */
            idleEndsAt: string;
            /**
             * Format: date-time
             * @description Until then what needs a fresh password or passkey is done without asking; null: ask.
             */
            stepUpUntil?: string | null;
            /** @description What the browser calls itself. */
            client?: string | null;
            address?: string | null;
            /** @description The session that asks. */
            current: boolean;
        };
        /**
         * Format: uuid
         * @description One signed-in browser. Not the secret that is in its cookie.
         */
        SessionId: string;
        SessionList: {
            sessions: components["schemas"]["Session"][];
        };
        /** @description Who is signed in, and how. */
        SessionResponse: {
            member: components["schemas"]["MemberSummary"];
            session: components["schemas"]["Session"];
            /**
             * @description Money, roles and secrets need no fresh password: this member has none, and sits at the
             *     gateway's own machine.
             */
            stepUpFree: boolean;
            /** @description The member has a passkey that works at this address. */
            hasPasskey: boolean;
        };
        /**
         * @description All of the settings; what is null is as it comes.
         * @example {
         *       "alertDays": 90,
         *       "publicProfiles": true,
         *       "timeZone": "Europe/Berlin",
         *       "usageDays": 400
         *     }
         */
        SettingsRequest: {
            /**
             * @description Null: as in the configuration file.
             * @default null
             * @example Europe/Berlin
             */
            timeZone?: string | null;
            /**
             * Format: int32
             * @description At least 35. Null: for good. Rows that are older are deleted, and cannot be had back.
             * @default null
             * @example 400
             */
            usageDays?: number | null;
            /**
             * Format: int32
             * @description At least 1. Null: 30.
             * @default null
             * @example 90
             */
            alertDays?: number | null;
            /**
             * @description Null: true.
             * @default null
             */
            publicProfiles?: boolean | null;
        };
        /** @description A key's part of what is divided. */
        Share: {
            toKeyId: components["schemas"]["KeyId"];
            /**
             * Format: int32
             * @description 1 to 100. All shares together are at most 100; what they leave stays where it is.
             */
            percent: number;
        };
        /** @description A day of a profile, over all machines. */
        SharedDay: {
            /** Format: date */
            day: string;
            /** Format: int64 */
            tokens: number;
            costNanoUsd?: components["schemas"]["Money"] | null;
        };
        /** @description An assistant or a model, over all days of a profile. */
        SharedPart: {
            name: string;
            /** Format: int64 */
            tokens: number;
            costNanoUsd?: components["schemas"]["Money"] | null;
        };
        /** @description `GET /api/v1/sharing`: what one shares. */
        Sharing: {
            /** @description Null until one was chosen; nothing is public without. */
            handle?: string | null;
            /** @description The name that the profile shows; until one was chosen, the member's. */
            name: string;
            isPublic: boolean;
            showsCost: boolean;
            machines: components["schemas"]["SharingMachine"][];
        };
        /**
         * @description `PUT /api/v1/sharing`
         * @example {
         *       "handle": "ada",
         *       "isPublic": true,
         *       "name": "Ada",
         *       "showsCost": false
         *     }
         */
        SharingChange: {
            /** @description The name in the address of the profile: 3 to 30 of a–z, 0–9 and `-`. */
            handle: string;
            /** @description The name that the profile shows, of at most 60 letters. */
            name: string;
            /** @description Whether there is a profile that everybody may see, and a place in the leaderboards. */
            isPublic: boolean;
            /** @description Whether it says what the tokens cost. */
            showsCost: boolean;
        };
        /** @description A machine that sent days. */
        SharingMachine: {
            /** Format: uuid */
            machine: string;
            /** @description What the machine was called when it logged in; null where nobody did. */
            name?: string | null;
            /** Format: int64 */
            days: number;
            /** Format: int64 */
            tokens: number;
            /** Format: date-time */
            lastAt: string;
        };
        /** @description Where to send the browser, which has a cookie now by which it is known when it comes back. */
        SignInAddress: {
            url: string;
        };
        /** @description A service by which one can sign in. */
        SignInProvider: {
            /** @description As it is in addresses. */
            name: string;
            /** @description What a button says. */
            label: string;
        };
        /**
         * @description `POST /api/v1/session`: sign-in by password.
         * @example {
         *       "name": "Ada",
         *       "password": "correct horse battery staple"
         *     }
         */
        SignInRequest: {
            /** @description Name or e-mail address. */
            name: string;
            password: string;
        };
        /** @description How one can sign in at this gateway; what the sign-in page shows. */
        SignInWays: {
            /** @description False: nobody has used the link yet that the gateway printed at its start. */
            hasOwner: boolean;
            password: boolean;
            /** @description The address of this page has a name, to which passkeys can belong. */
            passkey: boolean;
            /** @description Services that say who somebody is. */
            providers: components["schemas"]["SignInProvider"][];
        };
        /**
         * @description `POST /api/v1/session/step-up`
         * @example {
         *       "password": "correct horse battery staple"
         *     }
         */
        StepUpRequest: {
            password: string;
        };
        /**
         * @description `POST /api/v1/sharing/days`
         * @example {
         *       "days": [
         *         {
         *           "cacheReadTokens": 880000,
         *           "cacheWriteTokens": 61000,
         *           "client": "claude",
         *           "costNanoUsd": "641100000",
         *           "day": "2026-11-15",
         *           "inputTokens": 4200,
         *           "messages": 12,
         *           "model": "claude-sonnet-4-5",
         *           "outputTokens": 9100,
         *           "reasoningTokens": 0,
         *           "totalTokens": 954300
         *         }
         *       ],
         *       "machine": "0b0c3f0e-58a5-4c2a-9d1e-6a7f3b2c1d00"
         *     }
         */
        Submission: {
            /**
             * Format: uuid
             * @description A random number that the machine keeps, so that its days replace each other.
             */
            machine: string;
            /** @description At most 500. */
            days: components["schemas"]["SubmittedDay"][];
        };
        SubmissionAnswer: {
            /**
             * Format: int64
             * @description How many days, assistants and models are kept of this submission.
             */
            kept: number;
        };
        /**
         * @description What one assistant used with one model on one day of one machine, whole: sent again with as many
         *     tokens or more it replaces what was sent before.
         */
        SubmittedDay: {
            /**
             * Format: date
             * @description The machine's own day.
             */
            day: string;
            /** @description The assistant, as `token-tracker usage rows` names it. */
            client: string;
            model: string;
            /**
             * Format: int64
             * @description Answers of the model.
             */
            messages: number;
            /**
             * Format: int64
             * @description Without cache reads and writes.
             */
            inputTokens: number;
            /**
             * Format: int64
             * @description With reasoning.
             */
            outputTokens: number;
            /** Format: int64 */
            cacheReadTokens: number;
            /** Format: int64 */
            cacheWriteTokens: number;
            /**
             * Format: int64
             * @description The part of the output that was reasoning.
             */
            reasoningTokens: number;
            /**
             * Format: int64
             * @description Input, output, cache reads and cache writes together.
             */
            totalTokens: number;
            costNanoUsd?: components["schemas"]["Money"] | null;
        };
        /** @description One group, or one part of a group. */
        SummaryRow: {
            /** @description A day, a name or an id; empty for requests that named none. */
            group: string;
            /** @description Null where nothing was asked to be stacked. */
            stack?: string | null;
            /** Format: int64 */
            requests: number;
            usage: components["schemas"]["TokenUsage"];
            costNanoUsd: components["schemas"]["Money"];
        };
        /**
         * @description Members who are given credit out of one pool. The pool is a lot like that of a key, whose code
         *     nobody has: its credit is allocated to keys, and never spent itself.
         */
        Team: {
            id: components["schemas"]["TeamId"];
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** @description The pool. Credit goes into and out of it under its `keyId`, as with any key. */
            pool: components["schemas"]["LotFigures"];
            allowance?: components["schemas"]["Allowance"] | null;
        };
        /**
         * @description `PATCH /api/v1/teams/{id}`
         * @example {
         *       "name": "Compilers"
         *     }
         */
        TeamChange: {
            name: string;
        };
        /**
         * Format: uuid
         * @description Members who get their credit out of one lot.
         */
        TeamId: string;
        TeamList: {
            teams: components["schemas"]["Team"][];
        };
        /**
         * @description `POST /api/v1/teams`
         * @example {
         *       "creditNanoUsd": "50000000000",
         *       "name": "Compilers"
         *     }
         */
        TeamRequest: {
            name: string;
            /** @description What the pool begins with. */
            creditNanoUsd?: components["schemas"]["Money"];
        };
        TokenCreated: {
            /** @description The token `ttp_…`. Shown here once and nowhere else. */
            secret: string;
            token: components["schemas"]["PersonalToken"];
        };
        /**
         * Format: uuid
         * @description One personal access token of a member. Not the token itself.
         */
        TokenId: string;
        TokenList: {
            tokens: components["schemas"]["PersonalToken"][];
            /**
             * Format: uuid
             * @description `after` of the next page; null: this is the last one.
             */
            next?: string | null;
        };
        /**
         * @description `POST /api/v1/tokens`
         * @example {
         *       "name": "backup script",
         *       "scopes": [
         *         "usage:read"
         *       ]
         *     }
         */
        TokenRequest: {
            name: string;
            scopes: components["schemas"]["Scope"][];
            /**
             * Format: date-time
             * @description At most a year ahead; 90 days when absent.
             */
            expiresAt?: string | null;
        };
        /**
         * @description What one request consumed, in disjoint counts: their prices add up.
         *
         *     `input_tokens` excludes cache reads and cache writes; `reasoning_tokens` is the part of
         *     `output_tokens` that was spent on reasoning, so it is never added again.
         */
        TokenUsage: {
            /**
             * Format: int64
             * @default 0
             */
            inputTokens?: number;
            /**
             * Format: int64
             * @default 0
             */
            outputTokens?: number;
            /**
             * Format: int64
             * @default 0
             */
            cacheReadTokens?: number;
            /**
             * Format: int64
             * @default 0
             */
            cacheWriteTokens?: number;
            /**
             * Format: int64
             * @default 0
             */
            reasoningTokens?: number;
        };
        /**
         * @description `POST /api/v1/keys/{id}/credit`: more credit for a key.
         * @example {
         *       "amountNanoUsd": "10000000000"
         *     }
         */
        TopUpRequest: {
            amountNanoUsd: components["schemas"]["Money"];
        };
        /** @description One entry of the ledger. */
        Transfer: {
            kind: components["schemas"]["TransferKind"];
            fromKeyId?: components["schemas"]["KeyId"] | null;
            toKeyId?: components["schemas"]["KeyId"] | null;
            amountNanoUsd: components["schemas"]["Money"];
        };
        /** @enum {string} */
        TransferKind: "grant" | "allocate" | "reclaim" | "expire";
        /** @description What was moved, and the lots as they are after it. */
        Transfers: {
            transfers: components["schemas"]["Transfer"][];
            lots: components["schemas"]["LotFigures"][];
        };
        /** @description One configured provider endpoint, without its secret. */
        Upstream: {
            name: string;
            provider: string;
            /** @description The end of the API key that is stored for it; null when none is. */
            secretLast4?: string | null;
            /** @description It was added over the API, and can be removed there; the others are in the configuration. */
            isAdded?: boolean;
        };
        /** @description How an upstream is, as this gateway sees it since it started. */
        UpstreamHealth: {
            upstream: string;
            state: components["schemas"]["UpstreamState"];
            /**
             * Format: int32
             * @description Failures since its last success.
             */
            failures: number;
            /**
             * Format: int64
             * @description While it rests: for so much longer.
             */
            restsForMs?: number | null;
            /** Format: date-time */
            lastErrorAt?: string | null;
            /**
             * Format: int32
             * @description The HTTP status of the last error; null where no answer came.
             */
            lastErrorStatus?: number | null;
            /**
             * Format: int64
             * @description Answers whose first byte was timed.
             */
            answers: number;
            /**
             * Format: int64
             * @description Half of the first bytes came within this time, by buckets.
             */
            firstByteMsP50?: number | null;
            /** Format: int64 */
            firstByteMsP95?: number | null;
        };
        UpstreamList: {
            upstreams: components["schemas"]["Upstream"][];
        };
        /**
         * @description A provider endpoint to add. No `Debug`, since it may carry a secret.
         * @example {
         *       "name": "openai",
         *       "provider": "openai",
         *       "secret": "sk-…"
         *     }
         */
        UpstreamRequest: {
            /** @description Letters, digits, dots, hyphens and underscores. */
            name: string;
            /** @description A provider's name; "openai-compatible" for a server that is no known one. */
            provider: string;
            /** @description Default: the provider's own. Public, or in a network of `allow_private_upstreams`. */
            baseUrl?: string | null;
            /** @description The API key, which is kept encrypted. */
            secret?: string | null;
        };
        /**
         * @description No `Debug`, since it carries a secret.
         * @example {
         *       "secret": "sk-…"
         *     }
         */
        UpstreamSecretRequest: {
            secret: string;
        };
        /** @enum {string} */
        UpstreamState: "well" | "failing" | "resting";
        /** @description What came of a trial. */
        UpstreamTrial: {
            /** @description It listed its models. */
            works: boolean;
            /**
             * Format: int32
             * @description Null where no answer came.
             */
            status?: number | null;
            /** Format: int64 */
            tookMs: number;
            /** Format: int64 */
            models: number;
            /** @description The first ones by name. */
            examples: string[];
            /** @description What happened, for a person. */
            message: string;
            /** @description What to do next. */
            hint: string;
        };
        /**
         * @description `POST /api/v1/upstream-trials`: asks a provider for its list of models, and keeps nothing.
         *     No `Debug`, since it may carry a secret.
         * @example {
         *       "provider": "openai",
         *       "secret": "sk-…"
         *     }
         */
        UpstreamTrialRequest: {
            /**
             * @description One that is there already, with its key or with `secret`; else `provider` is needed.
             * @default null
             */
            name?: string | null;
            /** @default null */
            provider?: string | null;
            /** @default null */
            baseUrl?: string | null;
            /** @default null */
            secret?: string | null;
        };
        /** @description `GET /api/v1/usage/{id}`: one request, with what was reserved for it. */
        UsageDetail: components["schemas"]["UsageEntry"] & {
            /** @description What was held; all but the cost came back. */
            heldNanoUsd: components["schemas"]["Money"];
            /** @description What a provider billed beyond its own limits; the house bears it. */
            varianceNanoUsd: components["schemas"]["Money"];
            price?: components["schemas"]["PriceLines"] | null;
        };
        /** @description One usage row: what one settled request consumed. */
        UsageEntry: {
            requestId: components["schemas"]["RequestId"];
            /** Format: date-time */
            at: string;
            deviceId: components["schemas"]["DeviceId"];
            keyId: components["schemas"]["KeyId"];
            kind: components["schemas"]["RequestKind"];
            model: string;
            upstream: string;
            upstreamModel: string;
            /** @description The provider's own id of the answer, where it gave one. */
            providerResponseId?: string | null;
            usage: components["schemas"]["TokenUsage"];
            costNanoUsd: components["schemas"]["Money"];
            /**
             * @description The version of the price that it was charged at: its source and a fingerprint of its
             *     numbers. Null where the model is free, and in rows of versions that did not note it.
             */
            priceVersion?: string | null;
            /** @description The provider did not report usage; the counts are an upper estimate. */
            estimated: boolean;
            /** @description Settled at a start, after a crash: on the counted input and the mark. */
            orphan: boolean;
            repository?: string | null;
            branch?: string | null;
            language?: string | null;
            clientRequestId?: string | null;
            /** Format: int64 */
            latencyMs: number;
        };
        UsageList: {
            rows: components["schemas"]["UsageEntry"][];
            /** @description Totals of everything that the query selects, not only of this page. */
            totals: components["schemas"]["UsageTotals"];
            next?: components["schemas"]["RequestId"] | null;
        };
        UsageSummary: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /**
             * Format: date
             * @description The gateway's today, which is not over yet.
             */
            today: string;
            /** @description The time zone that days are counted in. */
            timeZone: string;
            /** @description Days in order; anything else by cost, the dearest first. */
            rows: components["schemas"]["SummaryRow"][];
            totals: components["schemas"]["UsageTotals"];
            /**
             * Format: int64
             * @description How many groups are left out.
             */
            leftOut: number;
        };
        UsageTotals: {
            /** Format: int64 */
            requests: number;
            usage: components["schemas"]["TokenUsage"];
            costNanoUsd: components["schemas"]["Money"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_alerts: {
        parameters: {
            query?: {
                state?: components["schemas"]["AlertState"];
                kind?: components["schemas"]["AlertKind"];
                /** @description Alerts older than this one: the `next` of the page before. */
                before?: components["schemas"]["AlertId"];
                /** @description At most 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_alerts_acknowledge: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_alerts_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_alerts_channels: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelCreated"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_alerts_channels_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_alerts_channels_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_alerts_channels_id_test: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelTest"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_alerts_quiet_hours: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuietHours"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuietHours"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_alerts_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRules"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_alerts_rules: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertRuleRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRules"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_alerts_rules_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_alerts_id_acknowledge: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_alerts_id_resolve: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_allocations: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllocationRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfers"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_audit: {
        parameters: {
            query?: {
                /** @description Lines older than this number: the `next` of the page before. */
                before?: number;
                /** @description At most 500; 50 when absent. */
                limit?: number;
                /** @description The id of a member, token or device, or a kind of actor. */
                actor?: string;
                /** @description An action, or the first part of it: `key` finds `key.mint`. */
                action?: string;
                target?: string;
                since?: string;
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_audit_verify: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditReport"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_balance: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BalanceResponse"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_device_approve: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceLinkAnswer"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_device_code: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceCodeRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCodeAnswer"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_device_deny: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceLinkRequest"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_device_look: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceLinkRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceLink"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_device_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceTokenRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTokenAnswer"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceFlowError"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_devices: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description At most 1,000; when absent, all that there are. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_devices_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_devices_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenameDeviceRequest"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_devices_id_rotate: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedDevice"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Event"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_exports_table: {
        parameters: {
            query?: {
                /** @description `json` when absent. */
                format?: "csv" | "json" | "ndjson";
            };
            header?: never;
            path: {
                /** @example usage */
                table: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/json": Record<string, unknown>;
                    "application/x-ndjson": string;
                    "application/zip": number[];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_identities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_identities_providers_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With a cookie for the way back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAddress"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_identities_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_imports_usage: {
        parameters: {
            query?: {
                /** @description Reads the file and says what it would bring; nothing is kept. */
                preview?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example at,model,inputTokens,outputTokens,costUsd
                 *     2026-11-08T09:30:00Z,gpt-5,1200,80,0.0023
                 */
                "text/csv": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_invitations: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description At most 1,000; when absent, all that there are. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_invitations: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationCreated"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_invitations_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_keys: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description At most 1,000; when absent, all that there are. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_keys: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MintRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MintResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description No such model, or no such member */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_keys_claim: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClaimKeyRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Unknown, somebody else's, expired or revoked: one answer for all */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_keys_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_keys_id_allowance: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllowanceRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfers"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_keys_id_allowance: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfers"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_keys_id_credit: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TopUpRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfers"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_keys_id_member: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignKeyRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_keys_id_reclaim: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReclaimRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transfers"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_leaderboard: {
        parameters: {
            query?: {
                period?: components["schemas"]["LeaderboardPeriod"];
                by?: components["schemas"]["LeaderboardOrder"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Leaderboard"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_ledger_orphans: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description At most 1,000; when absent, all that there are. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrphanList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_ledger_orphans_id_refund: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refund"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountResponse"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_members: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description At most 1,000; when absent, all that there are. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_members_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberResponse"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_members_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_members_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_members_id_erase: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureReport"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_members_id_export: {
        parameters: {
            query?: {
                /** @description `json` when absent. */
                format?: "csv" | "json" | "ndjson";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                    "application/x-ndjson": string;
                    "application/zip": number[];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_members_id_limits: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Limits"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_members_id_link: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneTimeLink"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_members_id_owner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With the new session's cookie */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_members_id_team: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberTeamRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_overview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_passkeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_passkeys: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyRequest"];
            };
        };
        responses: {
            /** @description All of them, the new one last */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_passkeys_challenge: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyCreation"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_passkeys_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_passkeys_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyChange"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_preferences: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Preferences"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_profiles_handle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                handle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_profiles_handle_graph_svg: {
        parameters: {
            query?: {
                /** @description `squares` when absent. */
                form?: "squares" | "towers";
                /** @description `light` when absent. */
                theme?: "light" | "dark";
            };
            header?: never;
            path: {
                handle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_reconciliation: {
        parameters: {
            query?: {
                /** @description The first day, as in 2026-11-01. Default: seven days ago. */
                since?: string;
                /** @description The day after the last one. Default: tomorrow. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_reconciliation: {
        parameters: {
            query?: {
                /** @description The first day, as in 2026-11-01. Default: seven days ago. */
                since?: string;
                /** @description The day after the last one. Default: tomorrow. */
                until?: string;
            };
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_reconciliation_lines: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BilledLines"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_redeem: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same within ten minutes answers the same device with a new credential, while the first one is unused. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RedeemRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedeemResponse"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Unknown, used up, expired or revoked: one answer for all */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_reload: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reloaded"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_routes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_running: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunningList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInRequest"];
            };
        };
        responses: {
            /** @description With the session's cookie */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Unknown or wrong: one answer for both */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_session_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRequest"];
            };
        };
        responses: {
            /** @description With the session's cookie */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Unknown, used, expired or revoked: one answer for all */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_session_link_look: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkLookRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkPreview"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_session_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyAnswer"];
            };
        };
        responses: {
            /** @description With the session's cookie */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description One answer for all reasons */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_session_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordRequest"];
            };
        };
        responses: {
            /** @description With the new session's cookie */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_session_step_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StepUpRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_session_step_up_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyAnswer"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_session_step_up_passkey_challenge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyQuestion"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_sessions_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewaySettings"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_settings: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewaySettings"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_sharing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sharing"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_sharing: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SharingChange"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_sharing: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_sharing_days: {
        parameters: {
            query?: {
                /** @description Of one machine alone. */
                machine?: string;
                /** @description Up to this day, which is included. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentDayList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_sharing_days: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Submission"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmissionAnswer"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_sharing_machines_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInWays"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_sign_in_link: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OneTimeLink"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_sign_in_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyQuestion"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_sign_in_providers_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With a cookie for the way back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInAddress"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_sign_in_providers_name_callback: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
                iss?: string;
                error?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the dashboard; with the session's cookie where it came to one */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_teams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_teams: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TeamRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_teams_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    patch_teams_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TeamChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnToken"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A session asks, which has no token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_token: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A session asks, which has no token */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_tokens: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description At most 1,000; when absent, all that there are. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_tokens: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCreated"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_tokens_id: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_upstream_trials: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamTrialRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamTrial"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_upstreams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamList"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_upstreams: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upstream"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_upstreams_name: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_upstreams_name_billing_secret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamSecretRequest"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    put_upstreams_name_secret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamSecretRequest"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_usage: {
        parameters: {
            query?: {
                /** @description RFC 3339; rows at or after it. */
                since?: string;
                /** @description RFC 3339; rows before it. */
                until?: string;
                /** @description Only this key (admin). */
                keyId?: string;
                /** @description Only this device (admin). */
                deviceId?: string;
                /** @description Only what the keys used that are this member's now (admin). */
                memberId?: string;
                model?: string;
                kind?: components["schemas"]["RequestKind"];
                /** @description An empty text: requests that named none. */
                repository?: string;
                /** @description An empty text: requests that named none. */
                branch?: string;
                /** @description Rows older than this request: the `next` of the page before. */
                before?: string;
                /** @description At most 1,000; 100 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageList"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_usage_reported: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportedSums"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    post_usage_reported: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same request under the same key is carried out once within a day, and answered the same, with `Idempotent-Replayed: true`. Another request under it is refused.
                 * @example 7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportedRows"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportedAnswer"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_usage_summary: {
        parameters: {
            query?: {
                /** @description The first day, such as 2026-11-08; 29 days before the last one when absent. */
                from?: string;
                /** @description The last day; today when absent. */
                to?: string;
                /** @description By day when absent. */
                groupBy?: components["schemas"]["Dimension"];
                /** @description A second dimension inside the first. */
                stackBy?: components["schemas"]["Dimension"];
                /** @description Only this model. */
                model?: string;
                /** @description Only this kind of request. */
                kind?: components["schemas"]["RequestKind"];
                deviceId?: string;
                keyId?: string;
                /** @description Only what the keys used that are this member's now. */
                memberId?: string;
                /** @description Only this repository; an empty text: requests that named none. */
                repository?: string;
                /** @description Only this branch; an empty text: requests that named none. */
                branch?: string;
                /** @description The groups with the most cost; 200 when absent, at most 1,000. Days are never left out. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageSummary"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_usage_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageDetail"];
                };
            };
            /** @description Refused: see the code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Refused: see the code */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    get_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}

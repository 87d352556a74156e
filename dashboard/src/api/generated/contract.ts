// Made from gateway/openapi.json by scripts/generate. Never edited.

export interface paths {
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
    "/api/v1/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is left, held and spent on this device's lots. */
        get: operations["get_balance"];
        put?: never;
        post?: never;
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
        /** The devices of the caller's key; for an admin, all. */
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
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Server-sent events: the balance now and after each change, and a revocation, which ends it. */
        get: operations["get_events"];
        put?: never;
        post?: never;
        delete?: never;
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
        /** All keys, newest first. */
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
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that the caller's key may use, with prices; for an admin, all. */
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
        /** Usage rows, newest first: a device's own, or all for an admin. */
        get: operations["get_usage"];
        put?: never;
        post?: never;
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
        /** Usage by day, model, device, repository, branch or kind: a device's own, or all for an admin. */
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
        /**
         * @description `POST /api/v1/allocations`: moves credit from one key to another (`toKeyId`), or divides it
         *     between several (`shares`).
         */
        AllocationRequest: {
            fromKeyId: components["schemas"]["KeyId"];
            toKeyId?: components["schemas"]["KeyId"] | null;
            shares?: components["schemas"]["Share"][] | null;
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
         */
        AllowanceRequest: {
            amountNanoUsd: components["schemas"]["Money"];
            every: components["schemas"]["Every"];
            /** @description What was not used of a grant stays when the next one comes. */
            carryOver?: boolean;
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
        /** @description `POST /api/v1/reconciliation/lines`. Each day of an upstream that is in it is replaced whole. */
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
        /**
         * @description Every public error code. The table below is the only place that knows them.
         * @enum {string}
         */
        Code: "Unauthorized" | "CredentialRevoked" | "Forbidden" | "NotFound" | "KeyRefused" | "RateLimited" | "InsufficientCredit" | "CreditHeld" | "InvalidRequest" | "ModelUnknown" | "ModelUnpriced" | "RequestReused" | "IdempotencyKeyReused" | "UpstreamUnavailable" | "Starting" | "Draining" | "Internal" | "NotSignedIn" | "GatewayUnreachable" | "InsecureUrl";
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
        /**
         * Format: uuid
         * @description One enrolled editor, CLI or tool.
         */
        DeviceId: string;
        DeviceList: {
            devices: components["schemas"]["Device"][];
        };
        /**
         * @description What usage is folded by.
         * @enum {string}
         */
        Dimension: "day" | "model" | "kind" | "device" | "key" | "repository" | "branch";
        /** @description The body of every error under `/api/v1`. */
        ErrorBody: {
            error: components["schemas"]["Problem"];
        };
        /** @description One message of `GET /api/v1/events` (server-sent events; `event:` is the `type`). */
        Event: {
            balance: components["schemas"]["Balance"];
            /** @enum {string} */
            type: "balance";
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
        Health: {
            status: string;
        };
        /**
         * Format: uuid
         * @description One token key, which is also its lot and its ledger account.
         */
        KeyId: string;
        KeyList: {
            keys: components["schemas"]["KeySummary"][];
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
            allowance?: components["schemas"]["Allowance"] | null;
        };
        /** @description How much of something may be used in a span of time. What is absent has no limit. */
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
         * Format: uuid
         * @description A person known to the gateway.
         */
        MemberId: string;
        /** @description `POST /api/v1/keys`: mints token keys. Their codes are in the answer and nowhere else. */
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
        /** @description Prices for one million tokens; all zero for a model that is declared free. */
        ModelPricing: {
            inputNanoUsd: components["schemas"]["Money"];
            outputNanoUsd: components["schemas"]["Money"];
            cacheReadNanoUsd: components["schemas"]["Money"];
            cacheWriteNanoUsd: components["schemas"]["Money"];
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
        /** @description A request that a crash cut off, settled on its counted input and its mark. */
        Orphan: components["schemas"]["UsageEntry"] & {
            refunded: boolean;
        };
        OrphanList: {
            orphans: components["schemas"]["Orphan"][];
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
        /**
         * @description Which models a member wants from those that choose for them, such as `auto`. Kept at the
         *     gateway, and so the same on every device.
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
        /** @description `POST /api/v1/keys/{id}/reclaim`: takes credit back that is neither spent nor held. */
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
        /** @description `POST /api/v1/redeem`: a token key becomes a device with a credential of its own. */
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
        RenameDeviceRequest: {
            name: string;
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
        /** @description A key's part of what is divided. */
        Share: {
            toKeyId: components["schemas"]["KeyId"];
            /**
             * Format: int32
             * @description 1 to 100. All shares together are at most 100; what they leave stays where it is.
             */
            percent: number;
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
        /** @description `POST /api/v1/keys/{id}/credit`: more credit for a key. */
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
        UpstreamList: {
            upstreams: components["schemas"]["Upstream"][];
        };
        /** @description A provider endpoint to add. No `Debug`, since it may carry a secret. */
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
        /** @description No `Debug`, since it carries a secret. */
        UpstreamSecretRequest: {
            secret: string;
        };
        /** @description `GET /api/v1/usage/{id}`: one request, with what was reserved for it. */
        UsageDetail: components["schemas"]["UsageEntry"] & {
            /** @description What was held; all but the cost came back. */
            heldNanoUsd: components["schemas"]["Money"];
            /** @description What a provider billed beyond its own limits; the house bears it. */
            varianceNanoUsd: components["schemas"]["Money"];
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
    post_allocations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same within a day is carried out once and answered the same; with another request it is refused. */
                "Idempotency-Key"?: string | null;
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
            401: {
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
                    "application/json": components["schemas"]["DeviceList"];
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
        };
    };
    delete_devices_id: {
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
            404: {
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
            header?: never;
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
            404: {
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
            401: {
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
                    "application/json": components["schemas"]["KeyList"];
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
        };
    };
    post_keys: {
        parameters: {
            query?: never;
            header?: never;
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
            403: {
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
        };
    };
    put_keys_id_allowance: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same within a day is carried out once and answered the same; with another request it is refused. */
                "Idempotency-Key"?: string | null;
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
            422: {
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
                /** @description The same within a day is carried out once and answered the same; with another request it is refused. */
                "Idempotency-Key"?: string | null;
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
            422: {
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
                /** @description The same within a day is carried out once and answered the same; with another request it is refused. */
                "Idempotency-Key"?: string | null;
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
            422: {
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
                /** @description The same within a day is carried out once and answered the same; with another request it is refused. */
                "Idempotency-Key"?: string | null;
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
        };
    };
    get_ledger_orphans: {
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
                    "application/json": components["schemas"]["OrphanList"];
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
        };
    };
    post_ledger_orphans_id_refund: {
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
                    "application/json": components["schemas"]["Refund"];
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
            401: {
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
            401: {
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
            401: {
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
            401: {
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
            header?: never;
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
            404: {
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
            403: {
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
            403: {
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
            header?: never;
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
            403: {
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
        };
    };
    post_reload: {
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
            403: {
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
            403: {
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
            header?: never;
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
            403: {
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
            header?: never;
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
        };
    };
    put_upstreams_name_billing_secret: {
        parameters: {
            query?: never;
            header?: never;
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
        };
    };
    put_upstreams_name_secret: {
        parameters: {
            query?: never;
            header?: never;
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
            401: {
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

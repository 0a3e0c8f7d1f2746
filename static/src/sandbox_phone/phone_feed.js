const MODEL = "sms.sms";
const SHOWN = ["process", "pending", "sent", "error", "unconfirmed"];
const FIELDS = [
    "number",
    "body",
    "state",
    "partner_id",
    "move_id",
    "segments",
    "sent_at",
    "delivered_at",
    "failure_reason",
    "create_date",
];
// The sender's name joins the ledger later
const OPTIONAL_FIELDS = ["sender_id"];

export const CONVERSATIONS_PER_PAGE = 40;
export const MESSAGES_PER_PAGE = 50;

/** The messages that the sandbox gateway accepted, read from the ledger. */
export class PhoneFeed {
    /**
     * @param {import("@web/core/orm_service").ORM} orm
     * @param {Object} fieldService
     */
    constructor(orm, fieldService) {
        this.orm = orm;
        this.fieldService = fieldService;
    }

    async prepare() {
        const known = await this.fieldService.loadFields(MODEL, {
            fieldNames: [...FIELDS, ...OPTIONAL_FIELDS],
        });
        this.fields = [...FIELDS, ...OPTIONAL_FIELDS].filter((name) => name in known);
    }

    /**
     * The numbers that got something, the latest first, each with its last message.
     *
     * @returns {Promise<{conversations: Object[], hasMore: boolean}>}
     */
    async conversations(search, limit) {
        const groups = await this.orm.formattedReadGroup(
            MODEL,
            this._domain(search),
            ["number"],
            ["__count", "id:max"],
            {limit: limit + 1, order: "id:max DESC"}
        );
        const shown = groups.slice(0, limit);
        const lastIds = shown.map((group) => group["id:max"]);
        const messages = await this.orm.read(MODEL, lastIds, this.fields);
        const byId = Object.fromEntries(
            messages.map((message) => [message.id, message])
        );
        return {
            conversations: shown
                .filter((group) => byId[group["id:max"]])
                .map((group) => ({
                    number: group.number,
                    count: group.__count,
                    last: byId[group["id:max"]],
                })),
            hasMore: groups.length > limit,
        };
    }

    /**
     * The latest messages of a number, the newest last.
     *
     * @returns {Promise<{messages: Object[], hasEarlier: boolean}>}
     */
    async messages(number, limit) {
        const messages = await this.orm.searchRead(
            MODEL,
            [...this._domain(), ["number", "=", number]],
            this.fields,
            {limit: limit + 1, order: "id DESC"}
        );
        return {
            messages: messages.slice(0, limit).reverse(),
            hasEarlier: messages.length > limit,
        };
    }

    _domain(search = "") {
        const domain = [
            ["is_test", "=", true],
            ["state", "in", SHOWN],
            ["number", "!=", false],
        ];
        if (search) {
            const digits = search.replace(/[\s()./-]/g, "");
            domain.push(
                "|",
                ["number", "ilike", digits || search],
                ["partner_id", "ilike", search]
            );
        }
        return domain;
    }
}

import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {KeepLast} from "@web/core/utils/concurrency";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {
    Component,
    onWillStart,
    useEffect,
    useExternalListener,
    useState,
} from "@odoo/owl";
import {PhoneConversation} from "./phone_conversation";
import {CONVERSATIONS_PER_PAGE, MESSAGES_PER_PAGE, PhoneFeed} from "./phone_feed";
import {shortMomentOf} from "./phone_words";

const REFRESH_EVERY = 5000;
const TYPING_PAUSE = 300;

/** What the sandbox gateway accepted, seen as its recipients would see it. */
export class SandboxPhone extends Component {
    static template = "sms_organizer.SandboxPhone";
    static components = {Layout, PhoneConversation};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        const orm = useService("orm");
        const fieldService = useService("field");
        this.feed = new PhoneFeed(orm, fieldService);
        this.quietFeed = new PhoneFeed(orm.silent, fieldService);
        this.latest = new KeepLast();
        this.shortMomentOf = shortMomentOf;
        this.state = useState({
            search: "",
            isEmpty: true,
            conversations: [],
            conversationLimit: CONVERSATIONS_PER_PAGE,
            hasMore: false,
            number: null,
            messages: [],
            messageLimit: MESSAGES_PER_PAGE,
            hasEarlier: false,
        });
        this.onSearch = useDebounced(() => this.refresh(), TYPING_PAUSE);
        onWillStart(async () => {
            await Promise.all([this.feed.prepare(), this.quietFeed.prepare()]);
            await this.refresh();
        });
        useEffect(
            () => {
                const timer = browser.setInterval(
                    () => this.refreshQuietly(),
                    REFRESH_EVERY
                );
                return () => browser.clearInterval(timer);
            },
            () => []
        );
        useExternalListener(document, "visibilitychange", () => this.refreshQuietly());
    }

    get selected() {
        const {conversations, messages, number} = this.state;
        const last = messages.at(-1);
        const listed = conversations.find(
            (conversation) => conversation.number === number
        );
        return listed || (last && {number, count: messages.length, last});
    }

    /** A phone has room for the list or for a conversation. */
    get showsList() {
        return !this.env.isSmall || !this.state.number;
    }

    get showsConversation() {
        return Boolean(this.selected) && (!this.env.isSmall || this.state.number);
    }

    nameOf({number, last}) {
        return last.partner_id ? last.partner_id[1] : number;
    }

    async refresh(feed = this.feed) {
        const {search, conversationLimit, messageLimit} = this.state;
        const list = await this.latest.add(
            feed.conversations(search.trim(), conversationLimit)
        );
        let number = this.state.number;
        if (!number && !this.env.isSmall) {
            number = list.conversations[0]?.number || null;
        }
        const opened = number
            ? await this.latest.add(feed.messages(number, messageLimit))
            : {messages: [], hasEarlier: false};
        const isEmpty = !search && !list.conversations.length;
        Object.assign(this.state, list, opened, {number, isEmpty});
    }

    /** By itself and unasked: only when seen, and a lost connection is no event. */
    async refreshQuietly() {
        if (document.visibilityState === "visible") {
            await this.refresh(this.quietFeed).catch(() => {});
        }
    }

    async open(number) {
        Object.assign(this.state, {
            number,
            messages: [],
            messageLimit: MESSAGES_PER_PAGE,
            hasEarlier: false,
        });
        await this.refresh();
    }

    async back() {
        Object.assign(this.state, {number: null, messages: []});
        await this.refresh();
    }

    async showMore() {
        this.state.conversationLimit += CONVERSATIONS_PER_PAGE;
        await this.refresh();
    }

    async showEarlier() {
        this.state.messageLimit += MESSAGES_PER_PAGE;
        await this.refresh();
    }

    send() {
        return this.action.doAction("sms_organizer.action_organizer_compose_new", {
            onClose: () => this.refresh(),
        });
    }

    openRecord(resModel, [resId, name]) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: name || _t("Open"),
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("organizer_sandbox_phone", SandboxPhone);

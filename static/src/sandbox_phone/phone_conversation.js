import {_t} from "@web/core/l10n/translation";
import {Component, useEffect, useRef} from "@odoo/owl";
import {dayOf, linked, momentOf, outcomeOf, timeOf} from "./phone_words";

const {DateTime} = luxon;
const NEAR_THE_END = 60; // pixels

/** The screen of one phone: what its number got, the newest below. */
export class PhoneConversation extends Component {
    static template = "sms_organizer.PhoneConversation";
    static props = {
        name: String,
        number: String,
        messages: Array,
        hasEarlier: Boolean,
        onBack: {type: Function, optional: true},
        onShowEarlier: Function,
        openRecord: Function,
    };

    setup() {
        this.linked = linked;
        this.outcomeOf = outcomeOf;
        this.timeOf = timeOf;
        this.screen = useRef("screen");
        this.height = 0;
        useEffect(
            () => this.scrollToNewest(),
            () => [this.props.number]
        );
        useEffect(
            (first, last) => this.followMessages(first, last),
            () => [this.props.messages[0]?.id, this.props.messages.at(-1)?.id]
        );
    }

    get partner() {
        return this.props.messages.at(-1)?.partner_id;
    }

    /** The messages with the day above the first of each day. */
    get rows() {
        let previous = null;
        return this.props.messages.map((message) => {
            const day = dayOf(message);
            const row = {message, day: day === previous ? null : day};
            previous = day;
            return row;
        });
    }

    senderOf(message) {
        return message.sender_id ? message.sender_id[1] : "";
    }

    segmentsOf({segments}) {
        return segments ? _t("%s SMS", segments) : "";
    }

    fullTimeOf(message) {
        return momentOf(message).toLocaleString(DateTime.DATETIME_MED_WITH_SECONDS);
    }

    scrollToNewest() {
        const element = this.screen.el;
        element.scrollTop = element.scrollHeight;
        this.height = element.scrollHeight;
    }

    /** Stay at the newest, or at what is being read, whichever side the screen grows. */
    followMessages(first, last) {
        const element = this.screen.el;
        const grown = element.scrollHeight - this.height;
        const wasAtEnd =
            this.height - element.clientHeight - element.scrollTop < NEAR_THE_END;
        if (last !== this.last && (wasAtEnd || this.last === undefined)) {
            element.scrollTop = element.scrollHeight;
        } else if (first !== this.first && last === this.last) {
            element.scrollTop += grown;
        }
        Object.assign(this, {first, last, height: element.scrollHeight});
    }
}

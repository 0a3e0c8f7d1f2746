import {Component} from "@odoo/owl";
import {toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** Each state: its icon and colour. */
const LOOKS = {
    no_number: ["fa-phone", "text-warning"],
    opted_out: ["fa-ban", "text-muted"],
    not_sent: ["fa-minus", "text-muted"],
    test: ["fa-flask", "text-info"],
    waiting: ["fa-clock-o", "text-info"],
    sent: ["fa-paper-plane-o", "text-success"],
    delivered: ["fa-check", "text-success"],
    opened: ["fa-eye", "text-success"],
    failed: ["fa-exclamation-triangle", "text-danger"],
    in_doubt: ["fa-question-circle", "text-warning"],
    cancelled: ["fa-times", "text-muted"],
};
/** States in which another number may be wanted. */
const WANTS_NUMBER = ["no_number", "opted_out", "failed"];
/** States without a message to look at. */
const NO_MESSAGE = ["no_number", "opted_out", "not_sent"];

/** What became of the last SMS, or e-mail, about an invoice. */
export class DeliveryField extends Component {
    static template = "sms_organizer.DeliveryField";
    static props = {
        ...standardFieldProps,
        channel: {type: String},
        named: {type: Boolean, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get state() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        const {selection} = this.props.record.fields[this.props.name];
        return selection.find(([state]) => state === this.state)?.[1] || "";
    }

    get icon() {
        return LOOKS[this.state]?.[0] || "fa-minus";
    }

    get colour() {
        return LOOKS[this.state]?.[1] || "text-muted";
    }

    get bySms() {
        return this.props.channel === "sms";
    }

    get channelLabel() {
        return this.bySms ? _t("SMS") : _t("E-mail");
    }

    get at() {
        const at = this.props.record.data[`${this.props.name}_at`];
        return at ? toLocaleDateTimeString(at) : "";
    }

    get words() {
        return this.props.record.data[`${this.props.name}_words`] || "";
    }

    /** Beside the icon: when, or why, or what the icon means. */
    get text() {
        return this.at || this.words || this.label;
    }

    /** All of it, for the pointer and for screen readers. */
    get title() {
        const known = [this.label, this.at, this.words].filter(Boolean).join(", ");
        return `${this.channelLabel}: ${known}`;
    }

    get opens() {
        return this.bySms && !NO_MESSAGE.includes(this.state);
    }

    get wantsNumber() {
        return this.bySms && WANTS_NUMBER.includes(this.state);
    }

    /** All messages of the invoice. */
    async open() {
        await this.call("action_open_sms");
    }

    async editNumber() {
        const {model} = this.props.record;
        await this.call("action_edit_sms_phone", () => model.root.load());
    }

    async call(method, onClose) {
        const {resModel, resId} = this.props.record;
        const action = await this.orm.call(resModel, method, [[resId]]);
        await this.action.doAction(action, {onClose});
    }
}

registry.category("fields").add("organizer_delivery", {
    component: DeliveryField,
    supportedTypes: ["selection"],
    extractProps: ({options}) => ({
        channel: options.channel || "sms",
        named: Boolean(options.named),
    }),
    fieldDependencies: ({name}) => [
        {name: `${name}_at`, type: "datetime", readonly: true},
        {name: `${name}_words`, type: "char", readonly: true},
    ],
});

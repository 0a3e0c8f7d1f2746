import {Component, useState} from "@odoo/owl";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** A banner below the menu while a gateway takes nothing. */
export class Alarm extends Component {
    static template = "sms_organizer.Alarm";
    static props = {};

    setup() {
        this.action = useService("action");
        this.state = useState(useService("organizer_alarm"));
        this.closed = useState({keys: []});
    }

    /** Closed ones come back with the next outage. */
    get alarms() {
        return this.state.alarms.filter(
            (alarm) => !this.closed.keys.includes(this.key(alarm))
        );
    }

    key(alarm) {
        return `${alarm.id} ${alarm.since}`;
    }

    since(alarm) {
        return formatDateTime(deserializeDateTime(alarm.since));
    }

    close(alarm) {
        this.closed.keys.push(this.key(alarm));
    }

    open(alarm) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sms.gateway",
            res_id: alarm.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("main_components").add("organizer_alarm", {Component: Alarm});

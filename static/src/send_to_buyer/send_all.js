import {Component, onWillUnmount, useEffect, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {KeepLast} from "@web/core/utils/concurrency";
import {formatInteger} from "@web/views/fields/formatters";
import {useDebounced} from "@web/core/utils/timing";

const PAUSE = 150; // Milliseconds: a list is drawn several times as it is read

/** *Send all by SMS (38)*: what of the list nobody was told of by SMS. */
export class SendAll extends Component {
    static template = "sms_organizer.SendAll";
    static props = {model: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.model = useState(this.props.model);
        this.state = useState({count: null});
        this.last = new KeepLast();
        this.count = useDebounced(() => this.readCount(), PAUSE);
        useEffect(
            () => {
                this.count();
            },
            () => [
                this.root,
                this.root.isGrouped ? this.root.groups : this.root.records,
            ]
        );
        onWillUnmount(() => (this.isGone = true));
    }

    get root() {
        return this.model.root;
    }

    async readCount() {
        const call = this.orm.silent.call(
            this.root.resModel,
            "organizer_count_to_send",
            [this.root.domain],
            {context: this.root.context}
        );
        const count = await this.last.add(call);
        if (!this.isGone) {
            this.state.count = count;
        }
    }

    get label() {
        return this.state.count === null
            ? _t("Send all by SMS")
            : _t("Send all by SMS (%s)", formatInteger(this.state.count));
    }

    async open() {
        const action = await this.orm.call(
            this.root.resModel,
            "organizer_send_all",
            [this.root.domain],
            {context: this.root.context}
        );
        await this.action.doAction(action, {onClose: () => this.root.load()});
    }
}

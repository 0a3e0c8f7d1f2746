// What is being sent moves by itself: its form is read again as long as it is on its way.
import {Component, onMounted, onWillUnmount, status, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000; // Milliseconds
const ON_ITS_WAY = ["preparing", "confirmed", "sending"];

export class Live extends Component {
    static template = xml`<span class="d-none"/>`;
    static props = {...standardWidgetProps};

    setup() {
        onMounted(() => this.schedule());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    schedule() {
        if (status(this) !== "destroyed") {
            this.timer = setTimeout(() => this.refresh(), PAUSE);
        }
    }

    async refresh() {
        const {record} = this.props;
        if (!ON_ITS_WAY.includes(record.data.state)) {
            return;
        }
        if (!document.hidden && !(await record.isDirty())) {
            await record.load();
        }
        this.schedule();
    }
}

registry.category("view_widgets").add("organizer_live", {component: Live});

import {registry} from "@web/core/registry";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";
import {SendAll} from "./send_all";

/** While SMS is switched on, its column is in the view. */
const sendsSms = (archInfo) =>
    Object.values(archInfo.fieldNodes).some(({name}) => name === "sms_delivery");

export class SendToBuyerListController extends ListController {
    static template = "sms_organizer.SendToBuyerList";
    static components = {...ListController.components, SendAll};

    get sendsSms() {
        return sendsSms(this.archInfo);
    }
}

export class SendToBuyerKanbanController extends KanbanController {
    static template = "sms_organizer.SendToBuyerKanban";
    static components = {...KanbanController.components, SendAll};

    get sendsSms() {
        return sendsSms(this.props.archInfo);
    }
}

registry.category("views").add("organizer_send_to_buyer_list", {
    ...listView,
    Controller: SendToBuyerListController,
});

registry.category("views").add("organizer_send_to_buyer_kanban", {
    ...kanbanView,
    Controller: SendToBuyerKanbanController,
});

// The list of links says where customers can't open them.
import {onWillStart} from "@odoo/owl";
import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

export class LinkListController extends ListController {
    static template = "sms_organizer.LinkList";

    setup() {
        super.setup();
        const orm = useService("orm");
        onWillStart(async () => {
            this.warning = await orm.call("organizer.link", "get_address_warning", []);
        });
    }
}

registry.category("views").add("organizer_link_list", {
    ...listView,
    Controller: LinkListController,
});

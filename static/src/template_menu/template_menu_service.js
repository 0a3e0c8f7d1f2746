import {rpcBus} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";

const CHANGES = {
    "organizer.compose": ["action_save_template"],
    "organizer.template": [
        "action_archive",
        "action_unarchive",
        "copy",
        "create",
        "unlink",
        "update_field_translations",
        "web_save",
        "write",
    ],
};

/** Gear menus come with the views, which the browser keeps: look again after a change. */
export const templateMenuService = {
    start() {
        rpcBus.addEventListener("RPC:RESPONSE", ({detail}) => {
            const {model, method} = detail.data.params || {};
            if (CHANGES[model]?.includes(method)) {
                rpcBus.trigger("CLEAR-CACHES", "get_views");
            }
        });
    },
};

registry.category("services").add("organizer_template_menu", templateMenuService);

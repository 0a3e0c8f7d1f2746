import {registry} from "@web/core/registry";

const all = ".o_menu_sections:not(:has(.o_menu_sections_more))";

registry.category("web_tour.tours").add("sms_organizer_menus", {
    steps: () => [
        {
            content: "Every entry has room, the last one too",
            trigger: `${all} [data-menu-xmlid="sms_organizer.menu_configuration"]`,
        },
        {
            trigger: `${all} [data-menu-xmlid="sms_organizer.menu_messages"]`,
            run: "click",
        },
        {
            content: "What is below opens as ever",
            trigger:
                ".o-dropdown--menu [data-menu-xmlid='sms_organizer.menu_sending_history']",
            run: "click",
        },
        {trigger: ".o_breadcrumb:contains('Sending History')"},
    ],
});

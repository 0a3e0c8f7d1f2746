import {reactive} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

const PAUSE = 60000; // Milliseconds between two questions

/**
 * Which gateways have failed for a while. It is asked as people move about, not while
 * nobody does anything.
 */
export const alarmService = {
    dependencies: ["orm"],
    start(env, {orm}) {
        const state = reactive({alarms: []});
        let askedAt = -Infinity;

        async function ask() {
            if (Date.now() - askedAt < PAUSE) {
                return;
            }
            askedAt = Date.now();
            if (await user.hasGroup("sms_organizer.group_sms_send")) {
                try {
                    state.alarms = await orm.silent.call("sms.gateway", "get_alarms");
                } catch {
                    // Nothing is said of gateways while Odoo itself cannot be reached
                }
            }
        }

        env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", ask);
        return state;
    },
};

registry.category("services").add("organizer_alarm", alarmService);

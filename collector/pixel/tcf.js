// A banner of IAB Europe's Transparency and Consent Framework (2.3, and 2.2) drives the consent: data-banner="tcf".
// Statistics need its purposes 1 (store and read on the device) and 8 (measure content); marketing needs 1, 2, 3 and 4
// (choose, profile and personalise advertising).
import { follow, present } from "./follow.js";

const NEEDED = { statistics: [1, 8], marketing: [1, 2, 3, 4] };
const ANSWERED = ["tcloaded", "useractioncomplete"];

export const show = follow("tcf", async (settle) => {
  const ask = await present(() => window.__tcfapi);
  ask?.("addEventListener", 2, (told, success) => {
    if (!success || !ANSWERED.includes(told.eventStatus)) return;
    const allows = (purpose) => NEEDED[purpose].every((number) => told.purpose?.consents?.[number]);
    settle(allows("statistics"), allows("marketing")).catch(() => {});
  });
}, () => window.__tcfapi?.("displayConsentUi", 2, () => {})); // which is no part of the framework, but often there

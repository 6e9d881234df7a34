// Cookiebot drives the consent: data-banner="cookiebot". It tells of every answer by events on the window, and again on
// each page once the answer is known.
import { follow } from "./follow.js";

const EVENTS = ["CookiebotOnConsentReady", "CookiebotOnAccept", "CookiebotOnDecline"];

export const show = follow("cookiebot", (settle) => {
  const read = () => {
    const { hasResponse, consent } = window.Cookiebot || {};
    if (hasResponse) settle(consent.statistics, consent.marketing).catch(() => {});
  };
  for (const name of EVENTS) addEventListener(name, read);
  read();
}, () => window.Cookiebot?.renew());

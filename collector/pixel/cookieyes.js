// CookieYes drives the consent: data-banner="cookieyes". Its function getCkyConsent gives the state, and events on the
// document tell when the banner was loaded and when the answer changed.
import { follow } from "./follow.js";

const EVENTS = ["cookieyes_banner_load", "cookieyes_consent_update"];

export const show = follow("cookieyes", (settle) => {
  const read = () => {
    const { isUserActionCompleted, categories } = window.getCkyConsent?.() || {};
    if (isUserActionCompleted) settle(categories.analytics, categories.advertisement).catch(() => {});
  };
  for (const name of EVENTS) document.addEventListener(name, () => setTimeout(read)); // when its state is up to date
  read();
}, () => window.revisitCkyConsent?.());

// The page's own banner drives the consent: data-banner="own". It calls `sikdatne.decide({ statistics, marketing })`,
// and asks the visitor itself when it hears the event `sikdatne:ask` on the document.
import { follow } from "./follow.js";
import { stored } from "./decision.js";

const call = () => document.dispatchEvent(new CustomEvent("sikdatne:ask"));

export const show = follow("own", (settle) => {
  sikdatne.decide = ({ statistics, marketing }) => settle(statistics === true, marketing === true);
  if (!stored()) call();
}, call);

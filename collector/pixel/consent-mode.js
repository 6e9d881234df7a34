// Google's Consent Mode (version 2) is told what the visitor decided. Loaded in the page's head before any tag of
// Google's, and without async or defer: <script src="https://stats.example.lv/consent-mode.js"></script>
// Everything is denied until there is a decision; each decision is passed on as it is made, in this tab or in another.
{
  const layer = window.dataLayer = window.dataLayer || [];
  const gtag = function () { layer.push(arguments); }; // Google's tag takes nothing but an arguments object
  window.gtag = window.gtag || gtag;

  const state = ({ statistics, marketing }) => {
    const word = (allowed) => allowed ? "granted" : "denied";
    return {
      analytics_storage: word(statistics), ad_storage: word(marketing), ad_user_data: word(marketing),
      ad_personalization: word(marketing), personalization_storage: word(marketing),
    };
  };

  gtag("consent", "default", { ...state({}), functionality_storage: "denied", security_storage: "granted", wait_for_update: 500 });
  gtag("set", "ads_data_redaction", true);
  try {
    const made = JSON.parse(localStorage["sikdatne.consent"] || 0);
    if (made && made.until > Date.now()) gtag("consent", "update", state(made));
  } catch {} // no storage, or not ours: nothing is allowed
  document.addEventListener("sikdatne:consent", ({ detail }) => gtag("consent", "update", state(detail)));
}

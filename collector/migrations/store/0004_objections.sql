-- An objection to marketing is a way of deciding, too; what the column tells names it.

ALTER TABLE consent_log COMMENT COLUMN method 'How it was given: accept_all, reject_all, save_selection, withdraw, object, gpc, api';

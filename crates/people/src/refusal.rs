//! Every reason for which a rule refuses, by name, with what a person reads.

use vauban_model::Text;

use crate::words::words;

words!(
    /// Why a rule refused.
    Refusal {
        /// Nobody has this id.
        NoSuchPerson = "no-such-person",
        /// The person is not active, or past the end.
        NotActive = "not-active",
        /// The person is gone already.
        Gone = "gone",
        /// Somebody else has the name.
        NameTaken = "name-taken",
        /// A volunteer without an end.
        NoEnd = "no-end",
        /// An end that is past, or too far away.
        BadEnd = "bad-end",
        /// More groups than a person can have.
        TooManyGroups = "too-many-groups",
        /// No live session has this cookie.
        NoSession = "no-session",
        /// The session, or the person, may not administer.
        NotAdministrator = "not-administrator",
        /// The session is bound to nothing, so it may not administer.
        NotBound = "not-bound",
        /// The authentication is too old.
        NotFresh = "not-fresh",
        /// The session is bound already, or may not be bound so.
        BindingFixed = "binding-fixed",
        /// A device's key or a certificate's digest of a length that none has.
        BadBinding = "bad-binding",
        /// It is somebody else's.
        NotYours = "not-yours",
        /// Only the command line of the machine may do this.
        OnlyMachine = "only-machine",
        /// No key has this id.
        NoSuchKey = "no-such-key",
        /// Somebody has a key with this id.
        KeyTaken = "key-taken",
        /// The key was used by another ceremony meanwhile.
        KeyChanged = "key-changed",
        /// A credential that is empty or too long.
        BadCredential = "bad-credential",
        /// The account is nobody's here.
        NoSuchAccount = "no-such-account",
        /// The account is somebody's already.
        AccountTaken = "account-taken",
        /// An account elsewhere began the session: this needs a key.
        ByAccount = "by-account",
        /// Administrators come in with a key.
        NeedsKey = "needs-key",
        /// A person's only key, or only account.
        LastKey = "last-key",
        /// More keys than a person can have.
        TooManyKeys = "too-many-keys",
        /// The model of the key is not attested, and the rules ask for that.
        NotAttested = "not-attested",
        /// No such challenge: never made, answered, forgotten, ended, or of another browser.
        NoChallenge = "no-challenge",
        /// A challenge's state is too long.
        BadState = "bad-state",
        /// No request has this id.
        NoSuchRequest = "no-such-request",
        /// The request waits for no approval.
        NotWaiting = "not-waiting",
        /// The request is not approved.
        NotApproved = "not-approved",
        /// The delay is not over.
        NotYet = "not-yet",
        /// Its time is over.
        RequestExpired = "request-expired",
        /// Somebody vetoed it.
        RequestVetoed = "request-vetoed",
        /// It was withdrawn.
        RequestWithdrawn = "request-withdrawn",
        /// It was done.
        RequestDone = "request-done",
        /// There is one like it already.
        RequestOpen = "request-open",
        /// Too many requests are open.
        TooManyRequests = "too-many-requests",
        /// Nobody approves what concerns themselves.
        OwnRequest = "own-request",
        /// This person approved already; a second key makes no second person.
        AlreadyApproved = "already-approved",
        /// What was signed is not this request.
        OtherDigest = "other-digest",
        /// A proof that is empty or too long.
        BadProof = "bad-proof",
        /// The person has that role already.
        SameRole = "same-role",
        /// Nothing of this kind is done by a link.
        NoLink = "no-link",
        /// This is done by whoever has its link.
        NeedsLink = "needs-link",
        /// The link was made already; it is told once.
        LinkGiven = "link-given",
        /// No request has this link.
        NoSuchLink = "no-such-link",
        /// The link was used.
        LinkUsed = "link-used",
        /// There were two administrators already: founding is over.
        Founded = "founded",
        /// There are two founders.
        TwoFounders = "two-founders",
        /// Break-glass keys are three.
        NotThreeKeys = "not-three-keys",
        /// Break-glass keys open nothing of this kind.
        NotForBreakGlass = "not-for-break-glass",
        /// This break-glass key signed for the request already.
        SameGlassKey = "same-glass-key",
        /// No live session has this id.
        NoSuchSession = "no-such-session",
        /// No such ticket: used, over, of another tool or another browser.
        NoTicket = "no-ticket",
        /// Not this person's state, for what was asked.
        NotSuspended = "not-suspended",
    }
);

impl Refusal {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn text(self) -> Text {
        let (fr, en) = match self {
            Self::NoSuchPerson => (
                "Personne ne porte ce nom ou cet identifiant. Vérifiez la liste.",
                "Nobody has this name or id. Check the list.",
            ),
            Self::NotActive => (
                "Cette personne n'est pas active, ou sa date de fin est passée.",
                "This person is not active, or past their end.",
            ),
            Self::Gone => ("Cette personne est déjà partie.", "This person is gone already."),
            Self::NameTaken => (
                "Quelqu'un porte déjà ce nom. Ajoutez de quoi les distinguer.",
                "Somebody has this name already. Add what tells them apart.",
            ),
            Self::NoEnd => {
                ("Un bénévole a toujours une date de fin. Donnez-en une.", "A volunteer always has an end. Give one.")
            }
            Self::BadEnd => ("Cette date de fin est passée, ou trop lointaine.", "This end is past, or too far away."),
            Self::TooManyGroups => {
                ("C'est trop de groupes pour une personne.", "These are too many groups for one person.")
            }
            Self::NoSession => ("Votre session est terminée. Connectez-vous.", "Your session has ended. Sign in."),
            Self::NotAdministrator => ("Seul un administrateur peut le faire.", "Only an administrator can do this."),
            Self::NotBound => (
                "Cette session n'est liée à aucun appareil : elle n'administre rien. Connectez-vous depuis un appareil lié.",
                "This session is bound to no device, so it administers nothing. Sign in from a bound device.",
            ),
            Self::NotFresh => (
                "Touchez encore une fois votre clé : votre dernière connexion date de plus de quelques minutes.",
                "Touch your key once more: you signed in more than a few minutes ago.",
            ),
            Self::BindingFixed => (
                "Cette session ne peut plus être liée autrement. Connectez-vous à nouveau.",
                "This session cannot be bound otherwise any more. Sign in again.",
            ),
            Self::BadBinding => ("La clé de cet appareil n'est pas lisible.", "The key of this device cannot be read."),
            Self::NotYours => ("Ce n'est pas à vous.", "This is not yours."),
            Self::OnlyMachine => (
                "Cela ne se fait que sur la machine elle-même, par la commande vauban people.",
                "This is done on the machine itself alone, by the command vauban people.",
            ),
            Self::NoSuchKey => ("Cette clé n'est pas connue ici.", "This key is not known here."),
            Self::KeyTaken => (
                "Cette clé est déjà enregistrée. Prenez-en une autre.",
                "This key is registered already. Take another one.",
            ),
            Self::KeyChanged => {
                ("Cette clé vient de servir ailleurs. Réessayez.", "This key was used elsewhere just now. Try again.")
            }
            Self::BadCredential => {
                ("Cette clé a envoyé quelque chose d'illisible.", "This key sent something that cannot be read.")
            }
            Self::NoSuchAccount => (
                "Ce compte n'est lié à personne ici. Demandez une invitation à un administrateur.",
                "This account is nobody's here. Ask an administrator for an invitation.",
            ),
            Self::AccountTaken => (
                "Ce compte fait déjà entrer quelqu'un ici. Prenez le vôtre.",
                "This account lets somebody in here already. Take your own.",
            ),
            Self::ByAccount => (
                "Vous êtes entré par un compte d'un autre fournisseur : cela demande une clé d'accès. Sortez, puis entrez avec la vôtre.",
                "You came in by an account of another provider: this needs a passkey. Sign out, then sign in with yours.",
            ),
            Self::NeedsKey => (
                "Un administrateur entre avec une clé d'accès. Il en faut une d'abord.",
                "An administrator comes in with a passkey. It takes one first.",
            ),
            Self::LastKey => (
                "C'est le seul moyen d'entrer de cette personne. Ajoutez-en un autre d'abord.",
                "This is the person's only way in. Add another one first.",
            ),
            Self::TooManyKeys => (
                "C'est trop de clés ou de comptes pour une personne. Retirez-en d'abord.",
                "These are too many keys or accounts for one person. Remove one first.",
            ),
            Self::NotAttested => (
                "Ce modèle de clé n'est pas admis pour un administrateur.",
                "This model of key is not admitted for an administrator.",
            ),
            Self::NoChallenge => (
                "Cet essai a expiré ou a déjà servi. Recommencez.",
                "This attempt is over or was used already. Begin again.",
            ),
            Self::BadState => ("Cet essai est trop long. Recommencez.", "This attempt is too long. Begin again."),
            Self::NoSuchRequest => {
                ("Cette demande n'existe pas, ou plus.", "There is no such request, or not any more.")
            }
            Self::NotWaiting => {
                ("Cette demande n'attend plus d'approbation.", "This request waits for no approval any more.")
            }
            Self::NotApproved => (
                "Cette demande attend encore des approbations : il en faut deux, de deux personnes.",
                "This request still waits for approvals: two, of two people.",
            ),
            Self::NotYet => (
                "Le délai court encore. Réessayez dans quelques minutes.",
                "The delay is not over. Try again in a few minutes.",
            ),
            Self::RequestExpired => {
                ("Cette demande a expiré. Faites-en une nouvelle.", "This request has expired. Make a new one.")
            }
            Self::RequestVetoed => (
                "Quelqu'un s'est opposé à cette demande. Appelez-vous avant d'en faire une autre.",
                "Somebody vetoed this request. Talk to each other before you make another one.",
            ),
            Self::RequestWithdrawn => {
                ("Cette demande a été retirée. Faites-en une nouvelle.", "This request was withdrawn. Make a new one.")
            }
            Self::RequestDone => ("C'est déjà fait.", "This is done already."),
            Self::RequestOpen => {
                ("Une demande semblable est déjà ouverte.", "A request like this one is open already.")
            }
            Self::TooManyRequests => (
                "Trop de demandes sont ouvertes. Traitez-les d'abord.",
                "Too many requests are open. Settle them first.",
            ),
            Self::OwnRequest => (
                "Personne n'approuve ce qui le concerne. Demandez à deux autres administrateurs.",
                "Nobody approves what concerns themselves. Ask two other administrators.",
            ),
            Self::AlreadyApproved => (
                "Vous avez déjà approuvé ; une seconde clé ne fait pas une seconde personne.",
                "You approved already; a second key makes no second person.",
            ),
            Self::OtherDigest => (
                "Ce qui a été signé n'est pas cette demande. Ne signez rien : relisez-la d'abord.",
                "What was signed is not this request. Sign nothing: read it again first.",
            ),
            Self::BadProof => {
                ("La preuve de cette approbation n'est pas lisible.", "The proof of this approval cannot be read.")
            }
            Self::SameRole => ("Cette personne a déjà ce rôle.", "This person has that role already."),
            Self::NoLink => ("Cette demande ne se fait pas par un lien.", "This request is not done by a link."),
            Self::NeedsLink => (
                "Cette demande se termine par son lien, chez la personne concernée.",
                "This request is finished by its link, by the person it is about.",
            ),
            Self::LinkGiven => (
                "Le lien n'est montré qu'une fois. S'il est perdu, faites une nouvelle demande.",
                "The link is shown once. If it is lost, make a new request.",
            ),
            Self::NoSuchLink => {
                ("Ce lien n'ouvre rien. Vérifiez qu'il est entier.", "This link opens nothing. Check that it is whole.")
            }
            Self::LinkUsed => (
                "Ce lien a déjà servi. Si ce n'était pas par vous, prévenez un administrateur tout de suite.",
                "This link was used already. If not by you, tell an administrator at once.",
            ),
            Self::Founded => (
                "Il y a déjà eu deux administrateurs : plus de fondateur. Qui a perdu ses clés est récupéré (vauban people recover), par deux administrateurs ou par deux clés de secours.",
                "There were two administrators already: founding is over. Whoever lost their keys is recovered (vauban people recover), by two administrators or by two break-glass keys.",
            ),
            Self::TwoFounders => (
                "Il y a déjà deux fondateurs, ou leurs liens attendent encore.",
                "There are two founders already, or their links still wait.",
            ),
            Self::NotThreeKeys => {
                ("Les clés de secours sont trois, toutes différentes.", "Break-glass keys are three, each another.")
            }
            Self::NotForBreakGlass => (
                "Les clés de secours ne servent qu'à retrouver un administrateur : sa récupération, ou, s'il en reste moins de deux, ce rôle pour un membre.",
                "Break-glass keys only bring an administrator back: by a recovery, or, where fewer than two are left, by making one of a member.",
            ),
            Self::SameGlassKey => (
                "Cette clé de secours a déjà servi pour cette demande. Prenez une autre des trois.",
                "This break-glass key was touched for this request already. Take another of the three.",
            ),
            Self::NoSuchSession => {
                ("Cette session n'existe pas, ou plus.", "There is no such session, or not any more.")
            }
            Self::NoTicket => (
                "Ce passage a expiré ou a déjà servi. Retournez à l'outil et recommencez.",
                "This way in is over or was used already. Go back to the tool and begin again.",
            ),
            Self::NotSuspended => ("Cette personne n'est pas suspendue.", "This person is not suspended."),
        };
        Text::new(fr, en)
    }
}

"""Explains each figure of merit in one plain sentence, for people who meet it for the first time."""

INTERVAL = (
    "A 95 % interval says how far a figure could move by the luck of which lesions are in this part. It comes from "
    "drawing whole lesions anew within their class 2,000 times (a bootstrap), since images of one lesion are alike; "
    "shares of one class have Wilson's interval with the number of lesions. Where it is wider than 0.3 there are too "
    "few lesions to tell."
)
EQUAL_PRIORS = (
    "The class with the highest probability is the answer, “if every class were equally common”, so that rare "
    "diagnoses are not drowned by nevi."
)

METRICS: dict[str, tuple[str, str]] = {
    "balanced_accuracy": (
        "Balanced accuracy",
        "The share of images named right within each class, averaged over the classes, so that a rare class counts as "
        "much as a common one. Naming blindly reaches 1/7 = 0.14 with seven classes.",
    ),
    "balanced_accuracy_by_lesion": (
        "Balanced accuracy by lesion",
        "The same with one answer per lesion (the mean log-probability over its images): closer to how a "
        "lesion is seen.",
    ),
    "accuracy": (
        "Accuracy",
        "The share of all images named right. It flatters: most images are nevi, so compare it with the next line.",
    ),
    "majority_baseline": (
        "Accuracy without looking",
        "What always naming the most common class would reach on the same images.",
    ),
    "macro_auc": (
        "Mean AUC of the classes",
        "How often an image of a class gets a higher probability of it than an image of another class, averaged over "
        "the classes; 0.5 is chance, 1 is perfect order.",
    ),
    "group_auc": (
        "AUC of the group",
        "The same for the group “malignant or pre-malignant” (melanoma, basal cell carcinoma, actinic keratosis or "
        "Bowen's disease) against all others.",
    ),
    "group_average_precision": (
        "Average precision of the group",
        "The mean precision over all sensitivities; without skill it is the group's share of the images.",
    ),
    "log_loss": (
        "Log loss",
        "How surprised the model is by the truth, in nats: 0 is best, 1.95 is what seven equal guesses reach.",
    ),
    "brier": (
        "Brier score",
        "The squared error of the seven probabilities, summed: 0 is best, 2 is certain and wrong every time.",
    ),
    "ece": (
        "Calibration error (ECE)",
        "How far the probability of the group lies from the share for which it was so, on average over 15 steps: 0.05 "
        "is off by 5 in 100.",
    ),
}
"""Figures of a whole part: title and sentence."""

COLUMNS: dict[str, tuple[str, str]] = {
    "sensitivity": ("Sensitivity", "Of the images of this class, the share that was named so (recall)."),
    "specificity": ("Specificity", "Of the images of other classes, the share that was not named so."),
    "precision": ("PPV", "Of the images named so, the share that is of this class (positive predictive value)."),
    "npv": ("NPV", "Of the images not named so, the share that is not of this class (negative predictive value)."),
    "f1": ("F1", "The harmonic mean of PPV and sensitivity."),
    "auc": ("AUC", "How often an image of this class is ranked above one of another; 0.5 is chance."),
    "average_precision": ("Average precision", "The mean PPV over all sensitivities."),
}
"""Figures of one class, by the name of their field in `ClassScore`: title and sentence."""

AT_PREVALENCE = (
    "PPV, NPV, F1 and average precision hold only where the classes are as common as in this part (the column "
    "“share”): in a practice where melanoma is rarer, fewer of the alarms are right."
)
OPERATING_POINT = (
    "The operating point is a threshold on the probability of the group, set on the validation part so that 95 % of "
    "the group's lesions reached it. What matters is what it does on images that were not used to set it."
)
RELIABILITY = (
    "A model whose probabilities can be taken at their word lies on the diagonal: of all images for which it said 0.3, "
    "3 in 10 are of the group. Below the diagonal it said too much, above too little. Bars are 95 % intervals."
)
ROC = (
    "By image. Each curve goes through every threshold: upward the share of the class that is found, to "
    "the right the share of "
    "the others that is alarmed by mistake. The diagonal is chance."
)
PRECISION_RECALL = (
    "The same thresholds, asked otherwise: of those that are called, how many are right. It falls with the class's "
    "share of the images."
)
CONFUSION = (
    "A row is a true class, a column what the model named: each cell has the number of images and their share of the "
    "row. On the diagonal it was right."
)

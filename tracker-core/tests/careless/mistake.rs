//! Mistakes, each with the behaviour that finds it.

/// Names mistakes, each with the behaviour that finds it.
macro_rules! mistakes {
    ($($mistake:ident => $behaviour:ident,)+) => {
        /// What is easily done wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Mistake {
            $($mistake,)+
        }

        pub(crate) const MISTAKES: &[(Mistake, &str)] =
            &[$((Mistake::$mistake, stringify!($behaviour)),)+];
    };
}

mistakes! {
    CreatesOverAName => experiment_that_is_there_is_not_created,
    CreatesOverAnId => experiment_that_is_there_is_not_created,
    IgnoresTheCaseOfNames => experiment_is_found_by_its_name,
    RemovesNoEmptyExperiment => cleared_experiments_are_gone,
    KeepsWholeMilliseconds => experiment_record_comes_back_exactly,
    ListsExperimentsByTime => experiment_record_comes_back_exactly,
    CreatesOverAnAggregate => aggregate_that_is_there_is_not_created,
    KeepsModulesOfARefusal => aggregate_that_is_there_is_not_created,
    RemovesNoSecondAggregate => cleared_aggregates_are_gone,
    CreatesWithoutAnnotations => aggregate_record_comes_back_exactly,
    CreatesWithOneModule => aggregate_record_comes_back_exactly,
    ListsModulesBackwards => modules_of_a_kind_are_listed_as_appended,
    MissingHasNoModules => modules_of_a_kind_are_listed_as_appended,
    KeepsTheFirstTag => tags_are_set_replaced_and_removed,
    DropsEmptyTags => tags_are_set_replaced_and_removed,
    RemovesAllTags => tags_are_set_replaced_and_removed,
    KeepsNotesForEmptyOnes => notes_are_replaced,
    TrimsTexts => annotations_are_any_text,
    RenamingDropsAnnotations => annotations_stay_when_the_rest_changes,
    AnnotationsOutliveTheirOwner => annotations_go_with_their_owner,
    AnnotatesByIdAlone => annotations_belong_to_their_owner,
    AnnotatesWhatIsMissing => annotations_of_the_missing_are_refused,
    KeepsOneTag => tags_can_be_set_at_once,
    HistoryIsUnsorted => columns_are_the_points,
    EmptyHistoryHasNoName => columns_are_the_points,
    LosesPointsOfLargeBatches => many_points_come_back_exactly,
    AddsBackwards => points_of_one_call_stay_together,
    AddsTheFirstBatch => batches_of_several_aggregates_are_added,
    StopsAtAMissingAggregate => points_of_missing_aggregates_are_reported,
    IgnoresMissingAggregates => points_of_missing_aggregates_are_reported,
    IgnoresMarks => points_of_one_mark_are_added_once,
    AddsAtTheSamePosition => points_of_one_mark_are_added_once,
    GoesBackToAnEarlierMark => mark_that_is_not_beyond_changes_nothing,
    ReportsWhatWasAdded => mark_that_is_not_beyond_changes_nothing,
    IgnoresAMarkWithoutPoints => mark_that_is_not_beyond_changes_nothing,
    HasOnePosition => journals_are_told_apart,
    ForgetsNothing => position_is_forgotten,
    PositionsGoWithExperiments => position_outlives_what_was_added,
    TableIsOfAllIds => table_holds_the_ids_that_are_named,
    NoIdIsAnyId => table_holds_the_ids_that_are_named,
    TableIsByIds => table_without_limits_holds_all,
    TableIsOfAllKinds => table_holds_the_kinds_that_are_named,
    RowsNeedAModule => table_holds_the_kinds_that_are_named,
    SeriesAreNamedByNameAlone => table_holds_the_series_that_are_named,
    RowsNeedASummary => table_holds_the_series_that_are_named,
    TableOfTheMissingFails => table_of_the_missing_is_empty,
    RemovesByIdAlone => removal_touches_nothing_else,
    ClearsByIdAlone => removal_touches_nothing_else,
    FindsFaultWithAll => sound_store_has_nothing_wrong,
}

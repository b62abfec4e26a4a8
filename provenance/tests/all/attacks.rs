//! Attacks, each named after what it tries.
//!
//! | what is tried | tests here and elsewhere |
//! |---|---|
//! | two readings: doubled, misplaced, foreign headers, armour, fields | every row of `crafted`, `compared`, `a_second_tree_header_is_refused_though_it_is_signed` |
//! | another name for the same signed commit | `malleability` |
//! | a stripped, moved or borrowed signature | `signature`, `an_introduction_with_a_signature_of_another_commit_introduces_nothing` |
//! | ref teleport, premature promotion | `teleport`, `an_approval_for_another_repository_or_ref_does_not_count` |
//! | a replayed tag | `an_approval_under_another_ref_approves_nothing`, `a_release_tag_with_the_text_of_an_approval_approves_nothing`, `an_approval_of_another_change_is_named_in_the_refusal` |
//! | freeze, rollback, rewrite, foxtrot | `history`, `histories` |
//! | an unrelated history, another introduction | `a_history_without_the_introduction_is_an_error`, `introduction` |
//! | evil, ours, theirs and octopus merges | `history`, `a_merge_within_a_branch_is_asked_for_what_none_of_its_parents_has` |
//! | an old branch with its old policy | `an_old_branch_is_judged_by_the_policy_of_the_mainline` |
//! | backdating | `a_backdated_commit_by_an_expired_key_is_refused`, `a_backdated_commit_by_a_revoked_key_is_refused`, `a_commit_that_is_dated_back_does_not_bring_an_expired_approval_back` |
//! | names that are quoted, no UTF-8 or many | `a_path_of_any_bytes_is_matched_as_bytes` |
//! | links, submodules, content that is elsewhere | `tree`, `refuses_symbolic_links_and_submodules`, `refuses_content_that_is_elsewhere` |
//! | another author, committer or forge | `naming_somebody_else_as_author_gives_no_rights`, `a_forge_never_counts_as_a_person`, `what_a_forge_signed_counts_by_its_approvals_alone` |
//! | replaced, cut off, exchanged or colliding objects | `store`, `refuses_a_commit_that_a_replacement_makes_good_to_git`, `sees_the_marks_of_a_collision_attack` |

mod history;
mod introduction;
mod malleability;
mod signature;
mod store;
mod teleport;
mod tree;

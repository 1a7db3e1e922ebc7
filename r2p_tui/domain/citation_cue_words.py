"""The word families that cues are made of, as data: who runs something again, and how it comes out.

`citation_cue_reading` says how phrases are written. The name of a family is what a cue is called;
`citation_cue_weights` says what it speaks for.
"""

from __future__ import annotations

from typing import Final

LISTS: Final = {
    "small":
        "0.0* 0.1 0.2 0.3 0.1% 0.2% 0.3%",
    "method":
        "method+ model+ approach* detector+ network+ framework+ system+ algorithm+ architecture+ "
        "pipeline+ tracker+ classifier+ segmenter+ quantizer+ optimizer+ planner+ policy+ decoder+ "
        "encoder+ solver+ policies sampler+ estimator+ transformer+ backbone+ head+ loss scheme+ module+ "
        "variant+ agent+ controller+ student teacher codec scorer+ descriptor+ predictor+ kernel+ "
        "formulation+ procedure+ net generator+ retriever+",
    "theirs":
        "official released published public original provided unmodified authors their author's",
    "material":
        "code codebase repository repo weights checkpoint+ notebook+ script+ implementation+ recipe+ "
        "config+ configuration+ protocol+ hyperparameter+ hyper-parameter+ settings setup+ set-up "
        "instructions software splits appendix file+ container+ release procedure",
    "say":
        "report+ claim+ state+ announce+ publish+ describe+ promise+ advertise+ give+ list+ find found "
        "observe+ predict+ suggest+ conclude+ argue+ gave print+ assert+ attribute+ obtain+ document+ "
        "quote+",
    "said":
        "reported claimed stated announced published described promised advertised printed documented "
        "asserted quoted given listed",
    "paper":
        "paper papers publication article authors author original abstract report",
    "result":
        "result+ number+ accuracy accuracies performance score+ gain+ improvement+ boost speedup+ "
        "speed-up+ acceleration finding+ claim+ conclusion+ observation+ effect+ phenomenon trend+ "
        "curve+ ranking+ advantage+ benefit+ behaviour behavior superiority figure+ value+ map ap f1 "
        "bleu dice auc recall precision perplexity miou fid error+ rate+ reduction+ saving+ latency "
        "throughput margin+ jump+ drop+ relation+ law+ ablation+ invariance robustness generalization "
        "statement+ experiment+ study table+ outcome+ measurement+ psnr wer exponent+ pattern+ property "
        "sensitivity specificity headline main plateau scaling optimum threshold+",
    "some":
        "the its their these those this that our a an all both every each",
    "hardware":
        "jetson* orin xavier raspberry fpga* zynq asic* npu npus dsp dsps microcontroller+ mcu mcus "
        "coral edgetpu edge-tpu cortex* arduino esp32* smartphone+ phone+ iphone+ pixel snapdragon* "
        "android ios tablet+ laptop+ browser+ drone+ robot+ uav uavs wearable+ smartwatch* headset+ "
        "on-device sram hailo* movidius myriad hexagon risc-v handheld+ satellite+ vehicle+ camera+ "
        "glasses plc pcs gateway+ stm32* rk3588 k210 gap8 beaglebone kiosk+ scanner+ wagons car cars "
        "truck+ tractor+ forklift+ rover+ embedded dashcam+ doorbell+ ecu nano watch chip+ board+ cpu "
        "cpus device+ robotic workstation+ van vans wheelchair+ cubesat buoy+ hearing-aid+",
    "engine":
        "tensorrt tensorrt-* onnx openvino coreml tflite litert ncnn tvm triton vllm llama.cpp ggml gguf "
        "executorch torchscript webgpu webassembly wasm vulkan cuda int8 int-8 int4 int-4 fp16 fp8 nf4 "
        "w4a16 w8a8 c++ rust hls verilog gptq-int4 torch.compile deepstream mlx mnn rknn qnn armnn simd "
        "neon opencl",
    "site":
        "production factory factories hospital+ clinic+ ward+ plant+ warehouse+ store+ shop+ fleet+ "
        "customer+ user+ client+ app apps product+ service+ marketplace company bank+ airport+ farm+ "
        "field newsroom+ call-center hotline helpdesk operator+ radiologist+ nurse+ clinician+ city "
        "cities line+ lines website platform+ api depot+ port harbour harbor school+ municipality "
        "turbine+ mill+ traffic request+ queries mine mines logistics storefront backend endpoint cloud "
        "scale industrial pacs portal+ chatbot+ reader+ inbox desk technician+ vineyard+ orchard+ "
        "greenhouse+ pharmacy newsletter+ sites cell shopfloor shop-floor toll orders tickets ambulance+ "
        "quarry laboratory conveyor assembly railway",
    "cost":
        "latency memory footprint inference size runtime run-time flops macs energy power time bill "
        "compute throughput storage vram ram cost+ decoding prefill speed response model-size parameters "
        "bandwidth wattage",
    "cut":
        "cut+ cuts cutting halve+ halving reduce+ shorten+ lower+ shrink+ shrank shrunk trim+ shave+ "
        "slash+ save+ double+ triple+ bring+ brought drop+ fall+ fell push+ squeeze+ quadruple+ raise+ "
        "improve+ increase+",
    "faster":
        "faster smaller lighter leaner cheaper quicker",
    "better":
        "better worse faster slower higher lower larger smaller cheaper lighter heavier stronger weaker "
        "fewer less more shorter longer greater simpler quicker earlier sharper cleaner ahead behind "
        "above below superior inferior",
    "unit":
        "points point % percent pp ap map db x times bleu miou f1 ms fps dice percentage top-1 auc",
    "time":
        "week+ month+ year+ day+ hour+ winter summer spring autumn january february march april may june "
        "july august september october november december",
}  # fmt: skip
"""Words that phrases name by `$`."""

RERUN_FAMILIES: Final = {
    "we":
        "we, our, ours, us, ourselves, myself, i, my, this paper/work/study/article/report/thesis, "
        "herein, the present paper/work/study/article, the proposed, mine, here",
    "their claim":
        "$said, originally, $paper, @ $say, they $say, authors $say, claim+ of/in/by, the claim+, as "
        "$said, said to, promise+, advertised, official, headline, their ..2 $result, its ..2 $result "
        "of, table of @, in @, of @, page #, project page, what ..2 they, where @, supposed+, believed "
        "to, alleged+, model card, leaderboard, readme, the ..1 table/figure/curve, state+ by/in, listed "
        "in, the $result of @, due to @, attribute+ to, believed, allegedly, the $result, against #, "
        "paper's, reference value+, central/main/key/core $result, @ had",
    "as reported":
        "$said, originally, as $said, @ $say, they $say, authors $say, in the $paper, the $paper, "
        "paper's, said to, their paper, their abstract, where @, project page, promise+, model card, "
        "readme, the claim+, claim+ of/in/by, its authors, official ..2 $result, their ..1 $result, "
        "original $result, paper, allegedly, alleged, $say there, page #, they, due to @, abstract, "
        "advertis*, documented, in the ..1 article, established in, says @, they had, originally ..1 "
        "$said, in their, was said, per the paper, in the literature, the literature, is said, are said, "
        "reported by, stated by, claimed by, published by, given by, printed, the quoted, the original, "
        "in question, are told, we are told, reputed*, as $say, ought to, hoped for, hoping for, "
        "expected, tout+, boast+",
    "a result":
        "$result",
    "run again":
        "rerun+, reran, rerunning, re-ran, reimplement*, retrain+, reexecut*, reevaluat*, retest*, "
        "remeasur*, recreat*, recomput*, reanaly*, rederiv*, recheck*, rebuild, rebuilt, rebuilding, "
        "redid, redo, redone, rewrote, replicat*, reproduction*, reproduc*, repeat+, once more, again, a "
        "second time, from scratch, from the text alone, independent/independently, our hands, our/own/"
        "my ..3 run+/runs/implementation+/training/port/copy/check+/checks/attempt+/rerun+/experiment+/"
        "seed+/measurement+/measurements/replica/reproduction/trial+/evaluation+/test+/tests/cluster/"
        "hardware/machine+/numbers/data/cohort/lab/scanner/site/copy/version/build/group/code/fit/fits/"
        "results, $theirs ..2 $material, $material ..3 of/from/in/by @, follow+ ..4 $material/"
        "description, we ..2 ran/run/train/trained/measure/measured/tested/test/evaluated/tried/counted/"
        "timed/checked/benchmarked/executed/fitted/built/ran, ran/running/run the, using/with their, as "
        "a check, double-check*, sanity check, put ..6 to the test, verify+, verification, our ..1 own, "
        "with/over/across/on # ..1 seeds/runs, seeds, with/over/across two/three/four/five/six/seven/"
        "eight/nine/ten/more/several/twenty seeds/runs, made again, ourselves, working separately, "
        "script of, the $theirs $material, same ..4 as/of @, same ..2 hardware/device/jetson/gpu/mode/"
        "machine/data/protocol/seed/seeds/settings/recipe/code, tested independently, we tried, tried, "
        "revisit+, $theirs $method, paper / ours, : ours, repetition, our/a repeat, repeat of, replay+, "
        "second attempt, docker image, builds, stopwatch, by our own, on our side, we ran the code, we "
        "built, by us, re-derivation, rederivation, fresh run/implementation, clean-room, line by line, "
        "same experiment, their experiment, their setup, the recipe of, our side, our machine+, audit+, "
        "auditing, scrutin*, under scrutiny, revisited, put to the test, tests of @, re-creation, check "
        "of, cross-check*, reconstruct+, trained anew, from the description, as the paper describes, "
        "using/with/from their/the ..2 $material, with the hyperparameters, third-party",
    "we ran it":
        "our ..3 run+/implementation+/rerun+/reimplementation/training/reproduction/replication/replica/"
        "attempt+/copy/evaluation, we get/got/obtain/obtained/measure/measured/find/found/see/saw/"
        "observe/observed/reach/reached/arrive/arrived/end/ended/count/counted/record/recorded/recover/"
        "recovered/landed/land/hit, in our ..2 hands/runs/experiments/tests/setup/trials/lab/replication/"
        "data/hardware/cluster, ours, for us, with us, we ..2 ran/run/repeated/retrained/reran, we "
        "reproduce+, we replicate+, rerunning, re-ran, repeating, gave us, us, we attempt/attempted/try/"
        "tried, we verify/verified/confirm/confirmed/check/checked, our stopwatch, by us, we end/ended "
        "up, we were, we managed, we come/came, on our side, we train/trained, left with, we fail/"
        "failed, we cannot, we could, our experience, our own, to us, we use/used",
    "reproduced":
        "reproduce/reproduces/reproduced/reproducing, replicate/replicates/replicated, recreate/"
        "recreated, reobtain+, reproducible, replicable, repeatable, duplicate the, recover/recovers/"
        "recovered/recovering, regain+",
    "confirmed":
        "vouch, vouch for, backing the, back the, give+ ..2 credit, reinforce+, testif*, in support of, "
        "agree that, can confirm, corroborate, confirm+, corroborat*, verify+, verified, validate+ the/"
        "their/independently, substantiat*, bear+ out, borne out, vindicat*, support+ the/their/its/this/"
        "that/them/those/@/these, back+ up the, second the, underpin+, uphold*, upheld, attest+, proved/"
        "proven/prove/proves right/correct/true/accurate/reliable/robust/sound, was/were/are/is right, "
        "ring+ true, lend+ ..3 support, further evidence for, agree with, in favour of, backs, echo+, "
        "reaffirm*, endorse+, can only agree, stand by, trust, confirmation, independent evidence, "
        "mirror+, parallel+ the, in keeping with, give+ weight, credible, credibl*, trustworthy, "
        "seconded, on this point, seal of approval, is solid, solid, sound, justified, was met, met, "
        "builds, does what it says, no quarrel, nothing to add, deserve+ ..2 trust",
    "holds":
        "came out to, came out at, stands, stand, real, vouch for, all ..3 verified, emerged/emerges ..2 "
        "our, to be ..1 real/correct/true/sound/genuine, be ..1 correct, is ..1 true, are solid, is "
        "solid, turned out ..1 right, no doubt, came/comes/come out, appears/appeared ..3 our, found in "
        "our, was/were ..4 found/seen/observed/encountered ..4 our/us/ours/too/again, is robust, true "
        "for our, also found, hold+ up, held up, hold/holds true, holds, held, hold, stand/stands/stood "
        "up, survive+, reappear+, works/work/worked/behaves/behaved/performs/performed ..1 as, live+ up "
        "to, lives up, deliver+ what/on, delivers, kept ..2 promise, keeps ..2 promise, is/are/was/were/"
        "effect real, carry over, carried over, carries over, persist+, remain+ intact, transfers, came/"
        "come/comes out as/at/to, check+ out, checks out, true of, as ..1 $said, as good as $said, "
        "robust to, no exaggeration, just as $said, pan+ out, tell+ the truth, show+ up ..3 our, is "
        "there, did too, so did, so do, in our runs too, too, hold/holds ..3 for, holds in, remain+ "
        "true, remains valid, still stands, still holds, hold too, are confirmed, is genuine, genuine, "
        "was observed by us, reproducible, works out of the box, deserves, is correct, are correct, "
        "generaliz* to our, carries, extends to our",
    "same":
        "deviat*/differ+/deviation+/difference+/discrepancy/discrepancies ..8 at/most/less/below/under/"
        "$small/negligible, contrary to ..2 reports/doubts/rumours/rumors/critics/scepticism/skepticism, "
        "within ..3 deviation, obtain+/get/got/recover+/reach+/give/gave/gives/yield+/produce+/arrive/"
        "find/see/saw/measure+ ..2 original/official/very/same, by $small ..2 $unit/or, hard/difficult/"
        "impossible to tell/distinguish, closely, to just the degree, just/exactly/precisely the/as/"
        "what, identical, essentially what, which is what, what ..6 had/was/is/have ..1 $said, match/"
        "agree, no worse than $said, faithful, came out on top, # of # ..4 against #, same ..3 outcome/"
        "conclusion+/optimum/effect/improvement/gain/jump/plateau/knee/drop/pattern/behaviour/values/"
        "figures, a tenth of, not above, nothing over, within seed, match+, agree+, agreement, coincid*, "
        "identical*, consistent with, in line with, in accordance, indistinguishable, to the ..1 decimal/"
        "digit/point/letter, to the second/third/first, within ..4 of, within #, within a/one/half/two/"
        "noise/rounding/error/seed/the, equal+ the, equals, equalled, concord*, off by #, off by less/at/"
        "only/a, no ..2 discrepancy/discrepancies/deviation/deviations/difference, just like, differ ..2 "
        "by/only/less/at, differs ..2 by/only/less, differ+ less, less than ..3 away/apart/difference, "
        "also find/found/see/saw/observe, same ..3 as, as they/the do/did/does, what ..2 find as, tally, "
        "tallied, in agreement, tall* with, reach+ the/their, reached/reach/reaches/obtain/obtained/"
        "attain/attained/hit/meet/met/recovered/arrive/arrived ..2 $said, not ..2 by more than, nothing "
        "moved, no more than # ..3 apart, not distinguish*, hardly differ*, well within, inside ..2 "
        "interval/error/confidence, superimpos*, lies on, right on, spot on, on the nose, on the dot, "
        "around ..2 published, as expected, as ..2 as $said, same ..2 ranking/order/trend/conclusion/"
        "picture/number/value/pattern/drop/knee, reproduc* ..4 to within, barely/hardly/scarcely ..1 "
        "differ+/differs/deviat*/moved/move, line up, lines up, lined up, line for line, digit for "
        "digit, on par with the $said, a tenth, nothing to correct, slightly better/above/higher, second "
        "decimal, third decimal, first decimal, give or take, is the one, are the ones, is the value, "
        "not ..2 able to refute, unable to refute, could not refute, as printed, and so did we, so do "
        "we, is there in our, there in our, stands, the very values/numbers/figures, no ..1 deviation, "
        "without ..2 deviation, confirms, as they/we did, holds for us, same sign, same magnitude, same "
        "verdict, same story, in good agreement, good agreement, to two/three decimals, bit-identical, "
        "to the bit, within a hair, a hair, in equal measure, equal measure, is what our, is what we, "
        "what we get, what our, cannot be told apart, told apart, indistinguish*, got the ..1 numbers, "
        "the figure in their, track+ the, follow+ ..3 closely, mirrors, as advertised, reads/read the "
        "same, came to the same, come to the same, came to ..2 conclusion, perfectly, without surprise, "
        "no surprises, unchanged, equally, same ..1 direction, also in our, in our ..2 as well, as in "
        "the ..1 paper/original, as in their, too., deviat*/differ+/deviation+/difference+ ..8 at most, "
        "deviat*/differ+/deviation+/difference+ ..8 less than, deviat*/differ+/deviation+/difference+ "
        "..8 no more than",
    "reached":
        "reach+, obtain+, attain+, achieve+, match+, get, arrive at, hit, replicate+, come/came close/"
        "near, approach+, equal, meet+, find, found, see, seen, observe+, converge+, appear+, emerge+, "
        "materializ*, transfer+, generaliz*, work, help, improve+, show up, exist, perform+, hold, "
        "survive, persist, support, deliver+, reproducible, replicable, significant, visible, correct, "
        "recover+, make ..4 converge/work/run, be ..1 reproduced/replicated/verified/confirmed/recovered/"
        "obtained/reached/substantiated, realize, translate, bear out, pay off",
    "could not":
        "no seed, no run, not possible, no configuration, in no case/run, does/did not go through, only "
        "..4 came/of, without success, verify only, only ..2 could/of, did it not, did not, does not go "
        "through, not ..3 anywhere near, could/can not, unable/inability ..3 reproduce/replicate/obtain/"
        "reach/match/recover/achieve/confirm/verify/get/observe/see/attain/recreate/find/make/come, "
        "could not, couldn't, cannot be, can not be, can't, failed/fail/fails/failing to, in vain, to no "
        "avail, unsuccessful*, nowhere near, no closer than, no trace of, no sign of, no evidence, never "
        "..2 got/get/near/reached/converged/came/within/above/exceeded, nothing like, anywhere near, "
        "irreproducib*, unreproducib*, non-reproducib*, nonreproducib*, gave up, give up, impossible to, "
        "not ..2 able to, fell apart, falls apart, attempt+ ..4 failed, failed reproduction/replication/"
        "attempt, defied, elusive, did not succeed, failed to, failure to, had no luck, no luck, stuck "
        "at, refuse+ to, resist+, beyond our reach, out of reach, unconfirmed, unverified, not ..2 "
        "reproducible/replicable, have/had not been able, remain+ out of reach, despite ..4 effort+, "
        "none of, and neither, neither ..8 nor, empty-handed, eluded, elude+, evade+, mystery, only "
        "managed, managed only, at best, could only, nothing of the sort, did not bear, not borne out, "
        "without ever, no matter, never, regardless of, however hard, in spite of, not even, not "
        "attained, beyond us, nor could, cannot be obtained/reached/reproduced/achieved, be "
        "reconstructed, cannot support, not support, wasn't, wasn't so, not so, is not so, there is "
        "none, there was none, none",
    "falls short":
        "beyond/never ..3 above, nowhere close, not ..3 nearly/quite as, where # had been, far/much less/"
        "lower/worse/below, had been $said, $better than $said, much/far less ..2 than $said, no better "
        "than, below chance, short of, shy of, short by, falls/fell/fall/falling ..3 short, come+/came "
        "..3 short, below, less than half, lower than, worse than, behind ..2 $said, lag+ ..3 behind, "
        "far from, far below, well under, well below, far off, way off, only half, half of ..2 $said, "
        "half the, a third of, a quarter of, a fraction of, instead of, not #, less than $said, less "
        "than ..2 $paper/$said/they/claimed, lower/worse/slower/less/smaller/weaker/fewer/larger/higher "
        "..2 than ..3 $said/$paper/those/stated/they, much lower/worse/smaller/weaker, underperform+, "
        "stop+ at, stopped at, stall+ at, plateau+ at, peaked at, topped out, tops out, levels off, "
        "missed ..4 by, miss/misses/missing ..2 by, trail+, shortfall, gap of, gap to, differ+ ..2 from, "
        "disagree*, off by, points lower/less/worse/below/short/under, point lower/less/below, missed, "
        "too low, too high, no more than, not more than, only #, merely #, barely above, barely better/"
        "beat*, no higher than, down to, dropped/drops/drop to, fell/falls to, shrink/shrinks/shrank/"
        "shrunk ..2 to, twice/double the error, where # ..3 $said, we only, only ..3 came/come/reached, "
        "were off, was off, exceeds ..3 $said, a far cry, pale*, overtak*, larger error+, deteriorat*, "
        "disappointing*, bottom+ out, settle+ at, half as, never left/reached/learned/got, give/gives/"
        "gave up, nowhere to be, it is not, it was not, it does not, it did not, lost # points, is gone, "
        "in lieu of, was left with, were left with, became, turned into, in reality, actually, instead "
        "got, where they, against the promised, against a claimed, compared to the claimed, a gap, "
        "deficit, two/three/four/five/six/ten/seven/eight points ..2 short/below/lower/less/under, half "
        "of it, half of that, half of what, remains below, remained below, stays below, stayed below, "
        "undershoot+, undershot, by far, wide margin, by a wide, substantially below/lower/less/worse, "
        "markedly below/lower/less/worse, considerably below/lower/less/worse, clearly below/lower/less/"
        "worse, as low as, a mere, down from, not ..1 #",
    "vanishes":
        "no such thing, is not there, melts down, melted down, no ..2 benefit/gain/improvement/effect, "
        "lose/loses/lost ..3 advantage/edge/lead/superiority, vanish*, disappear*, evaporat*, dissolve+, "
        "melt+ away, went away, goes away, gone, collaps*, diverge+, absent, washes out, wash out, "
        "washed out, are not there, no longer significant, not ..2 significant, insignificant, within "
        "..3 noise, within noise/error, artefact+, artifact+, spurious, illusory, illusion, mirage, no "
        "..1 $result, no ..3 gain/effect/benefit/improvement/difference/advantage/speed-up/speedup/"
        "boost, no ..2 difference, little/hardly any difference, reverse+, revers* sign, flip+ sign, "
        "opposite, shrink/shrinks/shrank/shrunk ..1 to/by, dwindle+, turned out to be, turns out to be, "
        "gap is zero, to zero, crash+, nan, not/never converge, a slowdown, fade+, does not ..2 hold/"
        "survive/materialize/appear/transfer/generalize, did not ..2 hold/survive/materialize/appear/"
        "transfer/generalize/help/improve/converge, do not ..2 hold/appear/survive/materialize/transfer/"
        "generalize/help/improve, not one of, not a single, erase+, wiped out, wipes out, nullif*, "
        "cancel+ out, negligible, chance level, random guessing, coin flip, reduced to, goes to nothing, "
        "nothing left, nothing remains, little remains, falls/fell/drops/dropped/drop/fall/sinks/sank/"
        "plummets/plummeted to, breaks down, broke down, break down, nil, is none, comes to nothing, "
        "came to nothing, evaporate+, erod+, went up in smoke, disappears, ceases, cease+ to, not ..2 "
        "survive, crumble+, fall+ apart, fell apart, washed away, statistical noise, no longer, p = #, "
        "random, chance, reversed, overturn+, flipped, worse than random",
    "flawed":
        "silently assumes, come from the same, leave+ out, left out, omits, omitted, artefact of, "
        "artifact of, is an artefact/artifact, forgets, neglects the, ignores the, double-count*, "
        "counted twice, counts twice, flaw+, flawed, erroneous, incorrect*, invalid, invalidat*, bug, "
        "bugs, mistake+, mistaken, leak+, leakage, leaked, leaking, contaminat*, counterexample+, "
        "counter-example+, refut*, disprov*, inflat*, overstat*, overestimat*, over-estimat*, "
        "exaggerat*, unsound, debunk*, wrong, cannot be right, error in, errors in, contains ..3 error+, "
        "sign error, typo, off-by-one, vacuous, circular*, duplicates, duplicated ..3 images/patients/"
        "samples, near-duplicate+, overlap between, also occur in, also appear in, occur ..3 in "
        "training, test ..3 ended/end/used/seen, in the training, trained on ..2 test, test set was, "
        "shortcut+, confound*, cherry-pick*, spurious, unfair, data snooping, peeking, tuned on ..3 "
        "test, selected on ..3 test, division by, miscalculat*, misreport*, misleading, untenable, does "
        "not follow, gap in the, false, contradict*, impossible, implausible, fabricat*, retract*, hole "
        "in, breaks down, does not hold, not hold for, fails for, fallac*, unfounded, questionable, "
        "over-optimistic, too optimistic, optimistic, inconsisten*, suspect, suspicious*, "
        "irreconcilable, does not add up, do not add up, mislabel*, wrongly, mis-specified, ill-defined, "
        "ill-posed, invalidates, undermin*, biased, the future, looks into the future, looks ahead, test "
        "window, information from, grain of salt, double count*, subtle, contaminated, broken, breaks, "
        "error in the, lapse, oversight, overlook+, ignored, faulty, fault, not hold water, hold water, "
        "memoriz*",
    "an argument":
        "numbers, results, claim+, cross-validation, tables, proof+, lemma+, theorem+, proposition+, "
        "derivation+, eq*, equation+, bound+, evaluation+, split+, protocol+, metric+, script+, code, "
        "test set, test data, test patient+, test images, benchmark, argument, conclusion+, analysis, "
        "statement+, definition, implementation, assumption, comparison, experiment+, reasoning",
    "explained away":
        "come/comes/came/stem/stems/stemmed/arise/arises/arose/result/results ..2 from, due ..2 to, "
        "explained ..1 by, attributable to, owed to, owes to, trace+ ..2 to, artefact of, artifact of, "
        "once ..6 removed/fixed/corrected/tuned/controlled/matched/excluded/closed/equal, after ..3 "
        "removing/fixing/correcting/controlling/excluding/accounting/deduplicat*, when ..5 tuned/"
        "controlled/matched/equal/corrected/fixed/removed/equalized, with ..3 fixed/corrected/removed, "
        "under equal/identical/matched/fair, with equal/the same ..1 budget/tuning/schedule, longer "
        "schedule/training, more seeds, without ..2 leak*, test-time tuning, better tuned, well-tuned, "
        "properly tuned, same budget, same tuning, explained in full, in full by, explained entirely, "
        "entirely by/due/explained, timed properly, properly timed, tuned equally, equally tuned, "
        "equally long, same length, accounts for, accounted for by, driven by, product of, byproduct, "
        "by-product, confounded by, credit for, nothing to do with, rather than from, not from, traced "
        "to, vanish/vanishes/disappear/disappears/gone ..1 once/when/if/after",
    "contrary":
        "contrary to, in contrast to/with, contradict*, at odds with, in conflict with, disagree* with, "
        "counter to, against ..3 claim+/expectation+/finding+, despite ..4 claim+, challenge+ ..3 claim+/"
        "finding+/result+/conclusion+/view, dispute+, question+ the/whether, cast+ ..2 doubt, call+ ..5 "
        "into question, doubt+ ..3 claim+/finding+/result+, cast doubt, no support for, contradict+, "
        "counter ..2 claim+, contra @, opposite of what, unlike ..4 $say/$said, in opposition, belie+, "
        "at variance, refute+, in contradiction, inconsistent with, conflict+ with, not in line, in "
        "spite of ..2 claim, take+ issue, we dispute, we disagree, disagree, otherwise, belies, the "
        "reverse, rebut*, reject+ the, overturn+, clash+",
    "not":
        "not, never, cannot, no, nor, neither, unable, without, hardly, nobody, none, fail+, lack+, "
        "don't, can't, couldn't, didn't, doesn't, won't, wasn't, weren't, isn't, aren't, hasn't, "
        "haven't, wouldn't, barely, scarcely",
    "less":
        "less, fewer, lower, worse, weaker, smaller, slower, poor*, poorer, hurt+, harm+, worsen*, "
        "degrad*, at most, only, merely, modest, discrepancy, discrepancies, deviat*, rather than, as "
        "opposed to, fell by, fell, drop+, unstable, disappoint*, unlike, no better, unfortunately, "
        "alas, half, barely, nearly as, lose/loses/lost #, cost/costs # ..1 $unit, nothing of",
    "likewise":
        "the same, same, exactly, precisely, indeed, as well, close to, comparable, likewise, too, also, "
        "similar to, easily, fully, independently, exceed+, success, successfully, faithfully, faithful, "
        "overlap+, even slightly/a better/higher/more, nearly/almost/practically/virtually/essentially "
        "the, a tenth, once more, yes, it does, up to ..2 noise/rounding, plausible, true, really, "
        "again, good, fine, confirmed",
}  # fmt: skip

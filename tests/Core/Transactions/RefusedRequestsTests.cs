using System.Text;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Transactions;

public sealed class RefusedRequestsTests
{
    private const int Capacity = 4;

    private readonly RefusedRequests _refused = new(Capacity);

    [Fact]
    public void Nothing_is_found_before_anything_was_refused() => Assert.Null(_refused.Find("a"u8));

    [Fact]
    public void The_newest_are_remembered_and_the_oldest_are_forgotten()
    {
        var outcomes = Enumerable.Range(0, 3 * Capacity).Select(i => Refuse($"r{i}", i)).ToList();

        for (var i = 0; i < outcomes.Count; i++) Assert.Same(i < outcomes.Count - Capacity ? null : outcomes[i], _refused.Find(Utf8($"r{i}")));
    }

    [Fact]
    public void Of_two_answers_to_one_request_the_newer_is_found()
    {
        Refuse("r", 1);
        var newer = Refuse("r", 2);

        Assert.Same(newer, _refused.Find("r"u8));
    }

    [Fact]
    public void What_rested_on_entries_that_will_never_be_is_forgotten_and_the_rest_stays()
    {
        var durable = Refuse("durable", 7);
        Refuse("lost", 8);
        Refuse("lost, too", 8);

        _refused.ForgetBehind(7);
        var next = Refuse("next", 7);

        Assert.Equal((durable, next), (_refused.Find("durable"u8), _refused.Find("next"u8)));
        Assert.Equal((null, null), (_refused.Find("lost"u8), _refused.Find("lost, too"u8)));
    }

    private CommitOutcome.Rejected Refuse(string id, long restsOn)
    {
        var outcome = new CommitOutcome.Rejected(RejectionReason.PreconditionFailed, id);
        _refused.Remember(Utf8(id), outcome, restsOn);
        return outcome;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}

using System.CommandLine;
using Replication.Cli.Following;
using Replication.Core.Following;
using Replication.Core.IO;

namespace Replication.Cli.Commands;

/// <summary><c>replctl follow</c></summary>
internal sealed class FollowCommand : ReplctlCommand
{
    /// <summary>Sessions of one run.</summary>
    internal const int MaxSessions = 1000;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Option<bool> _discard = new("--discard") { Description = "Check and acknowledge entries and throw them away; print how much came, every second." };
    private readonly Option<long?> _from = new("--from") { Description = "The first index (default: the next one that is written).", HelpName = "INDEX" };
    private readonly Option<int> _sessions = new("--sessions") { Description = $"With --discard: follow so many times at once, each as a node of its own over its own connection, 1 to {MaxSessions} (default 1).", HelpName = "COUNT", DefaultValueFactory = static _ => 1 };
    private readonly Option<double?> _seconds = new("--seconds") { Description = "End after this time (default: never).", HelpName = "COUNT" };
    private readonly Option<long?> _entries = new("--entries") { Description = "End after so many entries, of each session (default: never).", HelpName = "COUNT" };

    internal FollowCommand(CommandHost host)
        : base(
            host, "follow", "Follow a node's log as a replica does, checking every entry, and print each one as a line of JSON, or discard it and print how much came.",
            """{"seconds":1.0,"sessions":10,"entries":51230,"bytes":8196800,"entriesPerSecond":51230,"bytesPerSecond":8196800,"ageMillis":12,"final":false}    with --discard; else entries as of 'log dump'""",
            "replctl follow",
            "replctl follow --from 1 | jq -c '.operations[]?'",
            "replctl follow --discard --sessions 100 --seconds 30")
    {
        Add(_discard);
        Add(_from);
        Add(_sessions);
        Add(_seconds);
        Add(_entries);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var wish = Wish(context);
        await using var group = new FollowGroup();
        var time = context.Terminal.Time;
        using var deadline = wish.Time is { } limit ? new CancellationTokenSource(limit, time) : new CancellationTokenSource();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            await FillAsync(group, context, wish, ending.Token);
            if (wish.Discard) await ReportAsync(context, group, ending.Token);
            else await group.RunAsync(ending.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return ExitCode.Success; // The time is over.
        }
        catch (StreamDamagedException damage)
        {
            throw CommandException.Negative(damage.Message);
        }
        return ExitCode.Success;
    }

    private (bool Discard, long? From, int Sessions, TimeSpan? Time, long Entries) Wish(CommandContext context)
    {
        var (discard, sessions) = (context.Line.GetValue(_discard), context.Line.GetValue(_sessions));
        var (from, seconds, entries) = (context.Line.GetValue(_from), context.Line.GetValue(_seconds), context.Line.GetValue(_entries));
        if (sessions is < 1 or > MaxSessions) throw CommandException.Usage($"--sessions must be 1 to {MaxSessions}.");
        if (sessions > 1 && !discard) throw CommandException.Usage("Several sessions would print every entry several times; add --discard.");
        if (from < 1) throw CommandException.Usage("--from must be 1 or more: the first entry of a log is 1.");
        if (entries < 1) throw CommandException.Usage("--entries must be 1 or more.");
        if (seconds is { } given && !(given > 0 && given <= Longest.TotalSeconds)) throw CommandException.Usage($"--seconds must be more than 0 and at most {Longest.TotalSeconds}.");
        return (discard, from, sessions, seconds is null ? null : TimeSpan.FromSeconds(seconds.Value), entries ?? long.MaxValue);
    }

    private static async Task FillAsync(
        FollowGroup group, CommandContext context, (bool Discard, long? From, int Sessions, TimeSpan? Time, long Entries) wish, CancellationToken cancellation)
    {
        await using var client = context.OpenClient();
        var start = await client.LocateAsync(wish.From - 1, cancellation);
        FollowSink sink = wish.Discard ? new DiscardingSink() : new PrintingSink(context.Answer, context.Terminal.Output);
        var entropy = new SystemEntropy();
        for (var i = 0; i < wish.Sessions; i++) group.Add(context.OpenClient(), start, entropy, wish.Entries, sink, context.Terminal.Time);
    }

    // A line a second while the sessions run, and one for all of it at the end, however it ends.
    private static async Task ReportAsync(CommandContext context, FollowGroup group, CancellationToken cancellation)
    {
        var time = context.Terminal.Time;
        var began = time.GetTimestamp();
        var before = default(FollowReading);
        var running = group.RunAsync(cancellation);
        using var timer = new PeriodicTimer(ReportInterval, time);
        for (var tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask(); await Task.WhenAny(running, tick) == tick; tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask())
        {
            var reading = FollowReading.Of(group, time.GetElapsedTime(began));
            FollowReport.Write(context, reading, before, isLast: false);
            await context.Terminal.Output.FlushAsync(CancellationToken.None);
            before = reading;
        }
        FollowReport.Write(context, FollowReading.Of(group, time.GetElapsedTime(began)), default, isLast: true);
        await running;
    }
}

using System.Collections.Immutable;

namespace Replication.Core.Tests.Model;

/// <summary>What is done to one database, and everything that is simpler.</summary>
internal sealed record CommandSequence(ImmutableArray<Command> Commands)
{
    /// <summary>Simpler sequences, the simplest first.</summary>
    public IEnumerable<CommandSequence> Simpler()
    {
        for (var size = (Commands.Length + 1) / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2)
            for (var at = 0; at < Commands.Length; at += size)
                yield return new CommandSequence(Commands.RemoveRange(at, Math.Min(size, Commands.Length - at)));
        for (var at = 0; at < Commands.Length; at++)
            foreach (var simpler in Simpler(Commands[at]))
                yield return new CommandSequence(Commands.SetItem(at, simpler));
    }

    public override string ToString() => $"{Commands.Length} commands\n" + string.Join('\n', Commands.Select((command, number) => $"{number,4} {command}"));

    private static IEnumerable<Command> Simpler(Command command) => command switch
    {
        Command.Transact transact => Simpler(transact),
        Command.Bulk { Count: > 1 } bulk => [bulk with { Count = bulk.Count / 2 }, bulk with { From = bulk.From + (bulk.Count / 2), Count = bulk.Count - (bulk.Count / 2) }, bulk with { Count = bulk.Count - 1 }],
        Command.Find { Keys.Length: > 1 } find => find.Keys.Select(key => find with { Keys = [key] }),
        Command.Restart { IsClean: false } restart => [restart with { IsClean = true }],
        _ => [],
    };

    private static IEnumerable<Command> Simpler(Command.Transact transact)
    {
        if (transact.Request.Length > 0) yield return transact with { Request = string.Empty };
        if (transact.Waits) yield return transact with { Waits = false };
        if (transact.Changes.Length > 1)
            for (var at = 0; at < transact.Changes.Length; at++)
                yield return transact with { Changes = transact.Changes.RemoveAt(at) };
        for (var at = 0; at < transact.Changes.Length; at++)
            if (transact.Changes[at].Condition != default)
                yield return transact with { Changes = transact.Changes.SetItem(at, transact.Changes[at] with { Condition = default }) };
    }
}

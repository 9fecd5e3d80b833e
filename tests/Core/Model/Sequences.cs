using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Model;

/// <summary>Random sequences of commands.</summary>
internal static class Sequences
{
    private const int Commands = 100;
    private const int Views = 4;

    // Two of them are more than the 4,096 records from which on a collection has a hash index.
    private const int BulkRecords = 3_000;
    private const int NumberedKeys = 9_000;

    private static readonly Gen<string> Collections = Gen.Elements("a", "a", "a", "b", "raw");

    // Few, so that they meet; with common beginnings of many lengths, and keys that are the beginning of others.
    private static readonly Gen<string> Keys = Gen.OneOf(
        Gen.Choose(0, 25).Select(number => $"k{number:D2}"),
        Gen.Choose(1, 12).Select(length => new string('p', length * length)),
        Gen.Choose(0, 12).Select(number => $"{new string('q', 60)}{number}"),
        Gen.Elements("\0", "k", "k\0", "é", "日本", "~"),
        Gen.Choose(0, NumberedKeys - 1).Select(NumberedKey));

    private static readonly Gen<Scalar> Scalars = Gen.Frequency(
        (1, Gen.Elements(Scalar.Null, Scalar.Of(false), Scalar.Of(true))),
        (3, Gen.Choose(-20, 60).Select(number => Scalar.Of((decimal)number))),
        (1, Gen.Elements(0.5m, -0.25m, 10.75m, 1_000_000m, 123_456_789_012.5m).Select(Scalar.Of)),
        (1, Gen.Choose(0, NumberedKeys - 1).Select(number => Scalar.Of(NumberedValue(number)))),
        (3, Gen.Elements("", "a", "ab", "abc", "b", "ba", "\0", "a\0", "a\0b", "a\u0001", "é", "日", "\"", new string('x', 300)).Select(Scalar.Of)));

    private static readonly Gen<ImmutableArray<Scalar>> SomeScalars =
        from count in Gen.Frequency((2, Gen.Constant(0)), (6, Gen.Constant(1)), (2, Gen.Choose(2, 4)))
        from scalars in Scalars.ArrayOf(count)
        select scalars.ToImmutableArray();

    private static readonly Gen<Document> Documents = Gen.Frequency(
        (12, from outer in SomeScalars
             from inner in SomeScalars
             from plainly in Gen.Elements(true, true, false)
             from padding in Gen.Frequency((12, Gen.Choose(0, 40)), (3, Gen.Choose(100, 600)), (1, Gen.Choose(5_000, 40_000)))
             select new Document(outer, inner, plainly, padding)),
        (1, Gen.Choose(0, 100).Select(length => new Document(length))));

    private static readonly Gen<PreconditionKind> Preconditions = Gen.Frequency(
        (16, Gen.Constant(PreconditionKind.None)),
        (1, Gen.Elements(PreconditionKind.Absent, PreconditionKind.Present, PreconditionKind.UnchangedSince)));

    private static readonly Gen<Change> Changes = Gen.Frequency(
        (60, from collection in Collections from key in Keys from document in Documents select new Change(OperationAction.Put, collection) { Key = key, Document = document }),
        (20, from collection in Collections from key in Keys select new Change(OperationAction.Delete, collection) { Key = key }),
        (2, from action in Gen.Elements(OperationAction.CreateJsonCollection, OperationAction.CreateBytesCollection, OperationAction.DropCollection) from collection in Collections select new Change(action, collection)),
        (3, Gen.Constant(new Change(OperationAction.CreateBytesCollection, "raw"))),
        (1, Gen.Constant(new Change(OperationAction.DropCollection, "b"))),
        (6, from collection in Collections
            from name in Gen.Elements("i0", "i1", "i2")
            from path in Gen.Elements(Document.OuterPath, Document.InnerPath)
            from unique in Gen.Elements(true, false)
            select new Change(OperationAction.CreateIndex, collection) { Index = name, Path = path, IsUnique = unique }),
        (2, from collection in Collections from name in Gen.Elements("i0", "i1", "i2") select new Change(OperationAction.DropIndex, collection) { Index = name }));

    private static readonly Gen<Change> Conditional =
        from change in Changes
        from precondition in Preconditions
        from back in Gen.Choose(0, 30)
        select change with { Condition = Allowed(change, precondition), Back = back };

    private static readonly Gen<Asking> Askings = Gen.OneOf(
        from scalar in Scalars from plainly in Gen.Elements(true, false) select new Asking { EqualTo = scalar, Plainly = plainly },
        from first in Scalars
        from second in Scalars
        from exclusive in Gen.Elements(true, false)
        from inclusive in Gen.Elements(true, false)
        select new Asking { From = first, To = second, IsFromExclusive = exclusive, IsToInclusive = inclusive },
        from first in Scalars from exclusive in Gen.Elements(true, false) select new Asking { From = first, IsFromExclusive = exclusive },
        from last in Scalars from inclusive in Gen.Elements(true, false) select new Asking { To = last, IsToInclusive = inclusive },
        Gen.Elements("", "a", "ab", "x", "é", "a\0").Select(prefix => new Asking { Prefix = prefix }),
        Gen.Constant(new Asking()));

    private static readonly Gen<int> Kept = Gen.Choose(0, Views - 1);

    private static readonly Gen<int> Any = Gen.Choose(Command.Newest, Views - 1);

    private static readonly Gen<Command> SomeCommand = Gen.Frequency<Command>(
        (40, from count in Gen.Frequency((6, Gen.Constant(1)), (3, Gen.Choose(2, 6)), (1, Gen.Choose(20, 60)))
             from changes in Conditional.ArrayOf(count)
             from request in Gen.Frequency((6, Gen.Constant(string.Empty)), (1, Gen.Choose(0, 7).Select(number => $"r{number}")))
             from waits in Gen.Elements(false, true)
             select (Command)new Command.Transact([.. changes], request, waits)),
        (1, from collection in Gen.Elements("a", "b")
            from at in Gen.Choose(0, NumberedKeys / 100)
            from count in Gen.Choose(1, 300)
            from deletes in Gen.Elements(true, false)
            select (Command)new Command.Bulk(collection, at * 90, count, deletes, 10)),
        (4, Gen.Constant<Command>(new Command.Take())),
        (4, Gen.Elements(true, false, false).Select(refused => (Command)new Command.Land(refused))),
        (1, Gen.Constant<Command>(new Command.LogDigest())),
        (7, Kept.Select(view => (Command)new Command.OpenView(view))),
        (2, from view in Kept from other in Kept select (Command)new Command.ShareView(view, other)),
        (4, Kept.Select(view => (Command)new Command.CloseView(view))),
        (12, from view in Any
             from collection in Collections
             from count in Gen.Choose(1, 8)
             from keys in Keys.ArrayOf(count)
             from prefetches in Gen.Elements(true, false)
             select (Command)new Command.Find(view, collection, [.. keys], prefetches)),
        (6, from view in Any from collection in Collections from key in Keys from count in Gen.Choose(1, 200) select (Command)new Command.Scan(view, collection, key, count)),
        (4, from view in Any from collection in Collections from prefix in Gen.Elements("", "k", "k0", "p", "ppppp", "q", "n0", "日") select (Command)new Command.ScanPrefix(view, collection, prefix)),
        (12, from view in Any
             from collection in Collections
             from index in Gen.Elements("i0", "i1", "i2")
             from asking in Askings
             from atOnce in Gen.Elements(1, 3, 1_000)
             select (Command)new Command.Query(view, collection, index, asking, atOnce)),
        (2, Any.Select(view => (Command)new Command.Snapshot(view))),
        (1, Gen.Elements(true, false).Select(clean => (Command)new Command.Restart(clean))));

    // Enough records for a hash index and trees of three levels, put, and mostly deleted or overwritten, at once.
    private static readonly Gen<Command[]> Many =
        from collection in Gen.Elements("a", "b")
        from padding in Gen.Elements(0, 20, 200)
        from first in Gen.Elements(0, 1_000, BulkRecords)
        from again in Gen.Choose(0, 2)
        from deletes in Gen.Elements(true, false)
        select new Command[]
        {
            new Command.Bulk(collection, first, BulkRecords, Deletes: false, padding),
            new Command.Bulk(collection, BulkRecords, BulkRecords, Deletes: false, padding),
            new Command.OpenView(0),
            new Command.Bulk(collection, again * 1_500, BulkRecords, deletes, padding + 10),
        };

    private static readonly Gen<CommandSequence> Small = SomeCommand.ArrayOf(Commands).Select(commands => new CommandSequence([.. commands]));

    private static readonly Gen<CommandSequence> Large =
        from many in Many
        from before in Gen.Choose(0, Commands / 2)
        from between in Gen.Choose(0, Commands / 4)
        from commands in SomeCommand.ArrayOf(Commands - many.Length)
        select new CommandSequence([.. commands[..before], .. many[..^1], .. commands[before..(before + between)], many[^1], .. commands[(before + between)..]]);

    /// <summary>All of them; most are about few records, so that they meet.</summary>
    public static Gen<CommandSequence> All { get; } = Gen.Frequency((6, Small), (1, Large));

    /// <summary>Key of a numbered record; they do not come in the order of their numbers.</summary>
    public static string NumberedKey(int number) => $"n{number * 7_919L % NumberedKeys:D5}";

    /// <summary>The value of a numbered record at <see cref="Document.OuterPath"/>; no two have the same.</summary>
    public static decimal NumberedValue(int number) => 1_000 + number;

    // Of a record that is changed; indexes have none, collections not every one.
    private static PreconditionKind Allowed(Change change, PreconditionKind precondition) => change.Action switch
    {
        OperationAction.CreateIndex or OperationAction.DropIndex => PreconditionKind.None,
        OperationAction.Put or OperationAction.Delete => precondition,
        _ => precondition == PreconditionKind.UnchangedSince ? PreconditionKind.Present : precondition,
    };
}

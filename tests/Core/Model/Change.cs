using System.Text;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Model;

/// <summary>One operation of a transaction.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Collection">In which collection.</param>
internal sealed record Change(OperationAction Action, string Collection)
{
    public string Key { get; init; } = string.Empty;

    public Document? Document { get; init; }

    public PreconditionKind Condition { get; init; }

    /// <summary>For <see cref="PreconditionKind.UnchangedSince"/>: so many entries before the newest one that is shown.</summary>
    public int Back { get; init; }

    public string Index { get; init; } = string.Empty;

    public string Path { get; init; } = Model.Document.OuterPath;

    public bool IsUnique { get; init; }

    /// <summary>Whether it is about a record.</summary>
    public bool IsOfRecord => Action is OperationAction.Put or OperationAction.Delete;

    /// <summary>The position that <see cref="Back"/> comes to.</summary>
    public LogPosition Since(DatabaseState shown) => shown.PositionOf(Math.Max(1, shown.Index - Back));

    /// <summary>As the engine is asked.</summary>
    public Operation Asked(DatabaseState shown) => (Action switch
    {
        OperationAction.Put => Operation.Put(Collection, Encoding.UTF8.GetBytes(Key), Document!.Bytes),
        OperationAction.Delete => Operation.Delete(Collection, Encoding.UTF8.GetBytes(Key)),
        OperationAction.CreateIndex => Operation.CreateIndex(Collection, Index, Path, IsUnique),
        OperationAction.DropIndex => Operation.DropIndex(Collection, Index),
        OperationAction.DropCollection => Operation.Drop(Collection),
        _ => Operation.Create(Collection, Action == OperationAction.CreateJsonCollection ? CollectionKind.Json : CollectionKind.Bytes),
    }) with
    {
        Precondition = Condition == PreconditionKind.UnchangedSince ? Precondition.UnchangedSince(Since(shown)) : new Precondition(Condition),
    };

    public override string ToString()
    {
        var what = $"{Action} {Collection}{(Key.Length > 0 ? "/" + Key : string.Empty)}{(Index.Length > 0 ? "#" + Index : string.Empty)}";
        if (Document is not null) what += $" = {Document}";
        if (Action == OperationAction.CreateIndex) what += $" on {Path}{(IsUnique ? " unique" : string.Empty)}";
        return Condition switch
        {
            PreconditionKind.None => what,
            PreconditionKind.UnchangedSince => $"{what} if unchanged for {Back}",
            _ => $"{what} if {Condition}",
        };
    }
}

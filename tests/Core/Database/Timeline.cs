namespace Replication.Core.Tests.Database;

/// <summary>
/// What a script had been answered behind each of its file operations: entries, and whether an exchange of the whole log
/// had begun or was done. Whoever runs the script notes it.
/// </summary>
internal sealed class Timeline(MemoryFileSystem files)
{
    private readonly List<(int Operations, Milestone Milestone)> _milestones = [(0, new Milestone(-1, false, false))];

    public Milestone Last => _milestones[^1].Milestone;

    /// <summary>What held when so many operations were done.</summary>
    public Milestone At(int operations) => _milestones.Last(entry => entry.Operations <= operations).Milestone;

    public void Answered(long index) => Note(Last with { Answered = index });

    public void ExchangeBegins() => Note(Last with { ExchangeBegun = true });

    public void Exchanged(long index) => Note(new Milestone(index, ExchangeBegun: true, ExchangeDone: true));

    private void Note(Milestone milestone) => _milestones.Add((files.Operations, milestone));
}

/// <summary>What was promised at one moment.</summary>
/// <param name="Answered">Index of the last entry that was answered; -1 before the directory was open.</param>
/// <param name="ExchangeBegun">Whether the log may have been replaced.</param>
/// <param name="ExchangeDone">Whether it was.</param>
internal readonly record struct Milestone(long Answered, bool ExchangeBegun, bool ExchangeDone);

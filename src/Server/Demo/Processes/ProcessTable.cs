namespace Replication.Server.Demo.Processes;

/// <summary>A row that has changed.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Now">What it is now; null when it is gone.</param>
internal readonly record struct ProcessChange(string Key, RunningProcess? Now);

/// <summary>What the collection holds, compared with what runs.</summary>
internal sealed class ProcessTable
{
    private readonly Dictionary<string, RunningProcess?> _known;

    /// <summary>Begins with keys whose values are not known.</summary>
    public ProcessTable(IEnumerable<string> keys) => _known = keys.ToDictionary(static key => key, static RunningProcess? (_) => null, StringComparer.Ordinal);

    /// <summary>What has to be changed to hold exactly these processes; it counts as done.</summary>
    public IReadOnlyList<ProcessChange> Update(IReadOnlyList<RunningProcess> running)
    {
        List<ProcessChange> changes = [.. running.Where(process => !_known.TryGetValue(process.Key, out var known) || known != process).Select(static process => new ProcessChange(process.Key, process))];
        changes.AddRange(_known.Keys.Except(running.Select(static process => process.Key), StringComparer.Ordinal).Select(static key => new ProcessChange(key, null)));
        foreach (var (key, now) in changes)
        {
            if (now is null) _known.Remove(key);
            else _known[key] = now;
        }
        return changes;
    }
}

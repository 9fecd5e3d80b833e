using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>Rows that share their servers.</summary>
internal interface IFamily
{
    /// <summary>For --only.</summary>
    string Name { get; }

    /// <summary>For --list.</summary>
    string About { get; }

    Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation);
}

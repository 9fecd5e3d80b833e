using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>Rows that share their servers.</summary>
internal interface IFamily
{
    /// <summary>For --only.</summary>
    string Name { get; }

    /// <summary>For --list.</summary>
    string About { get; }

    /// <summary>Whether it is measured with so many records as --sizes says: it begins with them.</summary>
    bool Grows => false;

    Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation);
}
